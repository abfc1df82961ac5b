/** Networks are scored on the worst images near by, found with the targets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { miniBackbone } from "../../src/backbones/mini-backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Adapter } from "../../src/evaluate/adaptation.js";
import { type AttackSettings, attack } from "../../src/evaluate/attack.js";
import { scoreBackbone } from "../../src/evaluate/score-backbone.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { disposeModel, type Model, newModel } from "../../src/train/model.js";
import type { Input } from "../../src/train/predictor.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyTask } from "../train/tiny-task.js";

await useEngine();

const size = { height: 32, width: 32 };
const input: Input = {
	images: tf.tidy(() =>
		tf.add(
			0.2,
			tf.mul(0.6, tf.randomUniform([3, 32, 32, 3], 0, 1, "float32", 7)),
		),
	) as tf.Tensor4D,
	shown: Array.from({ length: 3 }, () => ({ given: size, seen: size })),
	targets: [0, 1, 2],
};

function tinyModel(): Model {
	const source = tinyBackbone();
	const model = newModel(source, tinyTask, 0);
	source.dispose();
	return model;
}

/** What the network is shown in the end: its predictions are the images. */
const seeing = (task: Task<number, number, tf.Tensor>) =>
	({
		...task,
		forward: (_network: unknown, images: tf.Tensor4D) => tf.clone(images),
		predictions: (images: tf.Tensor) =>
			tf.tidy(() => {
				const { mean, std } = task.normalization;
				const pixels = tf.add(tf.mul(images, [...std]), [...mean]);
				return tf.unstack(pixels).map((image) => image.dataSync());
			}),
	}) as unknown as Task;

const attackerOf = (
	task: Task,
	model: Model,
	options: Parameters<typeof attack>[0],
) => {
	const { make, options: settings } = attack(options);
	return make(settings as AttackSettings)({
		task,
		model,
		isFrozen: true,
	}) as Adapter<Float32Array>;
};

test("images move to the edge of epsilon and no further, within their range, and the loss grows with the steps", () => {
	const model = tinyModel();
	const held = tf.memory().numTensors;
	const lossAt = (values: readonly Float32Array[]): number =>
		tf.tidy(() => {
			const { mean, std } = tinyTask.normalization;
			const pixels = tf.tensor4d(
				values.flatMap((image) => [...image]),
				[3, 32, 32, 3],
			);
			const images = tf.div(tf.sub(pixels, [...mean]), [...std]) as tf.Tensor4D;
			const labels = tf.tensor1d([0, 1, 2], "int32");
			return tinyTask
				.loss(model, { images, targets: { labels } })
				.dataSync()[0]!;
		});
	const given = tf.unstack(input.images).map((image) => {
		const values = image.dataSync<"float32">().slice();
		image.dispose();
		return values;
	});
	for (const norm of ["l2", "linf"] as const) {
		const epsilon = norm === "l2" ? 0.5 : 0.03;
		const losses = [1, 10].map((steps) => {
			const attacker = attackerOf(seeing(tinyTask), model, {
				...{ epsilon, norm, steps },
			});
			attacker.reset();
			const worst = attacker.predict(input);
			worst.forEach((image, i) => {
				const change = image.map((value, j) => value - given[i]![j]!);
				const length =
					norm === "l2"
						? Math.hypot(...change)
						: Math.max(...change.map(Math.abs));
				assert.ok(length < epsilon * 1.001, `${length} of ${epsilon}`);
				assert.ok(length > 0.98 * epsilon, `${length} of ${epsilon}`);
				assert.ok(image.every((value) => value > -1e-6 && value < 1 + 1e-6));
			});
			attacker.reset();
			assert.deepEqual(attacker.predict(input), worst);
			attacker.dispose();
			return lossAt(worst);
		});
		assert.ok(losses[0]! > lossAt(given), `${losses}`);
		assert.ok(losses[1]! > losses[0]!, `${losses}`);
	}
	assert.equal(tf.memory().numTensors, held);
	disposeModel(model);
});

test("what a network scores falls with epsilon, and with none is the clean score", async () => {
	const task = shapes({ domain: "source", testImages: 96 });
	const network = await miniBackbone("resnet-mini/regular");
	const folder = scratchFolder();
	const rows = async (scored: typeof task, epsilon?: number) => {
		const adaptation =
			epsilon === undefined ? undefined : attack({ epsilon, steps: 5 });
		return scoreBackbone(network, scored, {
			...{ folder, corruptions: [] },
			...(adaptation && { adaptation }),
		});
	};
	const [clean] = await rows(task);
	const [none] = await rows(task, 0);
	const [near] = await rows(task, 0.25);
	const [far] = await rows(task, 1);
	assert.equal(none!.score, clean!.score);
	assert.ok(near!.score < none!.score && far!.score < near!.score);
	assert.equal(near!.adaptation, "l2-0.25-pgd5");
	assert.deepEqual(await rows(task, 1), [far]);
	// Of another loss the attack is another.
	const { outputLoss } = task;
	const halved = vary(task, "half of the loss", {
		outputLoss: (output, targets) =>
			tf.mul(0.5, outputLoss!(output, targets)) as tf.Scalar,
	});
	const [other] = await rows(halved, 1);
	assert.notEqual(other!.adaptationCode, far!.adaptationCode);
});

test("without targets, or with those of images at another size, there is no attack", () => {
	const model = tinyModel();
	const attacker = attackerOf(tinyTask as Task, model, { epsilon: 1 });
	const { targets, ...blind } = input;
	assert.throws(() => attacker.predict(blind), /needs the targets/);
	attacker.dispose();
	const segmenter = shapesSegmentation() as unknown as Task;
	const other = { height: 64, width: 64 };
	const resized = { ...input, targets, shown: [{ given: other, seen: size }] };
	assert.throws(
		() =>
			attackerOf(segmenter, model, { epsilon: 1 }).predict(resized as Input),
		/the targets of shapes-segmentation are of images as they are given/,
	);
	disposeModel(model);
});
