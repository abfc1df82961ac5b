/**
 * Mask R-CNN with a ResNet-50 on one image of 800 x 1216, compiled, in a process of its own.
 *
 * `node detection.js <forward|train> <threads>` runs once for each line that it reads. It prints JSON: its
 * version when it is ready, milliseconds and seconds of the processor for each run, at the end the peak of
 * memory in megabytes.
 */
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { drawUniform } from "../../src/engine/random-tensor.js";
import {
	imagenetNormalization,
	Random,
	recipes,
	useEngine,
} from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { maskRcnn } from "../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import type { Task } from "../../src/tasks/task.js";
import { newModel } from "../../src/train/model.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { classes, detectionScene, height, width } from "./detection-scene.js";
import { print } from "./report.js";

const [work, threads] = process.argv.slice(2);
const { name, version } = await useEngine("onnxruntime", {
	threads: Number(threads),
});
const task = maskRcnn({ classes, convention: "torchvision" });
const model = newModel(untrainedBackbone("resnet50"), task, 0);
const random = new Random("bench");
const noise = (): tf.Tensor4D =>
	drawUniform([1, height, width, 3], random) as tf.Tensor4D;

function forward(): () => void {
	const { params, backbone } = model;
	const found = compile(
		(images: tf.Tensor4D) => task.forward({ params, backbone }, images),
		{ frozen: Object.values(params) },
	);
	return () => {
		const images = noise();
		const output = found(images);
		task.predictions(output, [
			{ seen: { height, width }, given: { height, width } },
		]);
		tf.dispose([images, ...output]);
	};
}

function train(): () => void {
	const whole = { ...task, normalization: imagenetNormalization };
	const step = makeTrainStep(whole as unknown as Task, model, recipes.coco);
	const scene = detectionScene();
	let at = 0;
	return () => {
		const targets = task.batchTargets([scene], { height, width });
		const batch = { images: noise(), targets };
		step.update({ step: at++, steps: 100 }, () => batch);
	};
}

const run = work === "forward" ? forward() : train();
print(JSON.stringify({ version: `${name} ${version}` }));
for await (const _ of createInterface({ input: process.stdin })) {
	const before = process.cpuUsage();
	const start = performance.now();
	run();
	const milliseconds = performance.now() - start;
	const { user, system } = process.cpuUsage(before);
	print(JSON.stringify({ milliseconds, processor: (user + system) / 1e6 }));
}
print(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1000 }));
