/** A short demonstration of the engine: a small ResNet learns to tell gratings apart, eager and compiled. */
import * as tf from "@tensorflow/tfjs";
import { type Backbone, untrainedBackbone } from "../src/backbones/backbone.js";
import { compile, Random, useEngine } from "../src/index.js";

const size = 32;
const batch = 32;
const orientations = 10;
const steps = 120;
const learningRate = 0.05;

/** Noisy gratings of ten orientations, `[batch, size, size, 3]`, and which one each is. */
function gratings(random: Random): {
	images: tf.Tensor4D;
	labels: tf.Tensor1D;
} {
	const labels = Int32Array.from({ length: batch }, () =>
		random.integer(0, orientations),
	);
	const values = new Float32Array(batch * size * size * 3);
	let at = 0;
	for (const label of labels) {
		const angle = (Math.PI * label) / orientations;
		const phase = random.uniform(0, 2 * Math.PI);
		for (let y = 0; y < size; y++) {
			for (let x = 0; x < size; x++) {
				const along = x * Math.cos(angle) + y * Math.sin(angle);
				const wave = Math.sin(along + phase);
				for (let c = 0; c < 3; c++) values[at++] = wave + random.normal();
			}
		}
	}
	return {
		images: tf.tensor4d(values, [batch, size, size, 3]),
		labels: tf.tensor1d(labels),
	};
}

const lossOf = (model: Backbone, images: tf.Tensor4D, labels: tf.Tensor1D) =>
	tf.losses.softmaxCrossEntropy(
		tf.oneHot(labels, orientations),
		model.logits(images, { batchNorm: "train" }),
	) as tf.Scalar;

/** Trains a fresh model; returns it and the median milliseconds of a step. */
function train(title: string, run: typeof compile): Backbone {
	const model = untrainedBackbone("resnet-mini");
	const optimizer = tf.train.momentum(learningRate, 0.9);
	const weights = Object.values(model.params).filter(
		({ trainable }) => trainable,
	);
	const step = run(
		(images: tf.Tensor4D, labels: tf.Tensor1D) =>
			optimizer.minimize(
				() => lossOf(model, images, labels),
				true,
				weights,
			) as tf.Scalar,
	);
	const random = new Random("demo", 1);
	const times: number[] = [];
	for (let i = 1; i <= steps; i++) {
		const { images, labels } = gratings(random);
		const start = performance.now();
		const loss = step(images, labels);
		const value = loss.dataSync()[0] as number;
		times.push(performance.now() - start);
		tf.dispose([images, labels, loss]);
		if (i % 40 === 0)
			console.log(`  ${title} step ${i}: loss ${value.toFixed(3)}`);
	}
	const [first = 0, ...rest] = times;
	const median = rest.sort((a, b) => a - b)[rest.length >> 1] as number;
	console.log(
		`  ${title}: ${median.toFixed(1)} ms per step of ${batch} images; the first took ${first.toFixed(0)} ms`,
	);
	return model;
}

function accuracy(model: Backbone, run: typeof compile): number {
	const predict = run((images: tf.Tensor4D) =>
		tf.tidy(() => tf.argMax(model.logits(images), 1)),
	);
	const random = new Random("demo", 2);
	const rounds = 10;
	let right = 0;
	for (let i = 0; i < rounds; i++) {
		right += tf.tidy(() => {
			const { images, labels } = gratings(random);
			return tf.sum(tf.equal(predict(images), labels)).dataSync()[0] as number;
		});
	}
	return (100 * right) / (rounds * batch);
}

const { name, version, device, threads } = await useEngine();
console.log(
	`Engine: ${name} ${version} on ${device}${threads ? `, ${threads} threads` : ""}`,
);
console.log(
	`A small ResNet learns ${orientations} orientations of noisy gratings:`,
);
train("eager", (fn) => fn);
const model = train("compiled", compile);
console.log(
	`Accuracy on new gratings: ${accuracy(model, compile).toFixed(1)} %`,
);
