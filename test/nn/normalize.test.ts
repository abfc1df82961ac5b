import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { imagenetNormalization, normalize } from "../../src/nn/normalize.js";

await useEngine();

test("each channel is shifted and scaled by its own numbers", () => {
	const { mean, std } = imagenetNormalization;
	const image = tf.tensor4d([...mean, 0, 0, 1], [1, 1, 2, 3]);
	const values = normalize(image).dataSync();
	const expected = [
		...[0, 0, 0, -mean[0] / std[0]],
		...[-mean[1] / std[1], (1 - mean[2]) / std[2]],
	];
	expected.forEach((x, i) => {
		assert.ok(Math.abs((values[i] as number) - x) < 1e-6);
	});
});
