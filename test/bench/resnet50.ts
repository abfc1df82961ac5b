/**
 * Times ResNet-50 on one engine, in a process of its own, and prints what it measured as JSON.
 *
 * `node resnet50.js <engine> <eager|compiled> <threads> <forward|train> <seconds> [profile]`; `BENCH_PROVIDERS` names
 * execution providers, and has what is copied counted.
 */
import * as tf from "@tensorflow/tfjs";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { countCopies } from "./gpu-copies.js";
import { profiled } from "./kinds-of-ops.js";
import { trainingStep } from "./training-step.js";

const [name, mode, threads, work, seconds, asked] = process.argv.slice(2);
const batch = 4;
const size = 224;
const leastRuns = 5;
const skippedRuns = 2;
const endProfile = asked === "profile" ? profiled(skippedRuns) : undefined;

const { BENCH_PROVIDERS: providers } = process.env;
const copies = providers ? countCopies() : undefined;
if (name === "wasm") {
	const wasm = await import("@tensorflow/tfjs-backend-wasm");
	wasm.setThreadsCount(Number(threads));
	await tf.setBackend("wasm");
} else {
	await useEngine(name, {
		threads: Number(threads),
		...(providers && { executionProviders: providers.split(",") }),
	});
}

const model = untrainedBackbone("resnet50");
const train = trainingStep(model);

function forward(images: tf.Tensor4D): tf.Tensor2D {
	return tf.tidy(() => model.logits(images));
}

/** The forward pass of WebAssembly and the input gradients of its convolutions: less than a training step. */
function partOfTraining(images: tf.Tensor4D): tf.Scalar {
	const loss = (x: tf.Tensor): tf.Tensor =>
		tf.sum(model.logits(x as tf.Tensor4D));
	return tf.tidy(() => tf.sum(tf.grad(loss)(images)));
}

const images = tf.randomNormal([batch, size, size, 3], 0, 1, "float32", 0);
const classes = tf.tensor1d([1, 10, 100, 999], "int32");
const labels = tf.oneHot(classes, 1000) as tf.Tensor2D;
const learningRate = tf.scalar(0.01);
const isCompiled = mode === "compiled";
const frozen = Object.values(model.params);
const forwardStep = isCompiled ? compile(forward, { frozen }) : forward;
const trainStep = isCompiled ? compile(train) : train;

function run(): void {
	const x = images as tf.Tensor4D;
	const made =
		work === "forward"
			? forwardStep(x)
			: name === "wasm"
				? partOfTraining(x)
				: trainStep(x, labels, learningRate);
	made.dataSync();
	made.dispose();
}

const start = performance.now();
run();
const first = performance.now() - start;
run();
const times: number[] = [];
const until = performance.now() + 1000 * Number(seconds);
while (times.length < leastRuns || performance.now() < until) {
	const begin = performance.now();
	run();
	times.push(performance.now() - begin);
}
process.stdout.write(
	JSON.stringify({
		first,
		times,
		copies,
		peakBytes: process.resourceUsage().maxRSS * 1024,
		...(endProfile && { kinds: endProfile() }),
	}),
);
process.exit();
