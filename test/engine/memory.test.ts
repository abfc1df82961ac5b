import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { compile, useEngine } from "../../src/index.js";
import { integer, normal, toTensor } from "./tensors.js";

const steps = 1000;
const warmUp = 100;
const mostGrowth = 16 * 2 ** 20;

function trainingStep(): (
	images: tf.Tensor4D,
	labels: tf.Tensor1D,
) => tf.Scalar {
	const filter = tf.variable(toTensor(normal([3, 3, 3, 16])) as tf.Tensor4D);
	const head = tf.variable(toTensor(normal([16, 4])) as tf.Tensor2D);
	const optimizer = tf.train.momentum(0.01, 0.9);
	return (images, labels) =>
		optimizer.minimize(
			() => {
				const x = tf.relu(tf.conv2d(images, filter, 1, "same"));
				const logits = tf.matMul(tf.mean(x, [1, 2]), head);
				return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 4), logits);
			},
			true,
			[filter, head],
		) as tf.Scalar;
}

// Node's own garbage collector, which its command line would show otherwise.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const live = (): number => {
	collect();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
};

for (const mode of ["eager", "compiled"]) {
	test(`memory stays flat over a thousand ${mode} steps`, async () => {
		await useEngine("onnxruntime");
		const step = mode === "compiled" ? compile(trainingStep()) : trainingStep();
		let tensors = 0;
		let bytes = 0;
		for (let i = 0; i < steps; i++) {
			tf.tidy(() => {
				const images = toTensor(normal([2, 16, 16, 3])) as tf.Tensor4D;
				const labels = toTensor(integer([2], 0, 4)) as tf.Tensor1D;
				return step(images, labels).dataSync();
			});
			if (i !== warmUp) continue;
			tensors = tf.memory().numTensors;
			bytes = live();
		}
		assert.equal(tf.memory().numTensors, tensors);
		const growth = live() - bytes;
		assert.ok(
			growth < mostGrowth,
			`${growth} bytes more than after ${warmUp} steps`,
		);
	});
}
