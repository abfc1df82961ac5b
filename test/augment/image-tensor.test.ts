import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { createImage, imageGrid, toTensor } from "../../src/parts.js";

test("a grid of one image is the image, and back", async () => {
	await useEngine();
	const data = Uint8Array.from({ length: 4 * 5 * 3 }, (_, i) => i * 4);
	const image = createImage(4, 5, data);
	const tensor = toTensor([image]);
	assert.deepEqual(tensor.shape, [1, 4, 5, 3]);
	assert.equal(tensor.dataSync()[1], Math.fround(4 / 255));
	assert.deepEqual(imageGrid([tensor]), image);
});

test("rows and columns lie apart on white; values beyond 0-1 are clipped", async () => {
	await useEngine();
	const dark = tf.fill([2, 1, 1, 3], -1) as tf.Tensor4D;
	const bright = tf.fill([1, 1, 1, 3], 0.5) as tf.Tensor4D;
	const { data, height, width } = imageGrid([dark, bright], { gap: 1 });
	assert.deepEqual([height, width], [3, 3]);
	const gray = Array.from(data).filter((_, i) => i % 3 === 0);
	assert.deepEqual(gray, [0, 255, 0, 255, 255, 255, 128, 255, 255]);
});

test("images of several sizes are refused", async () => {
	await useEngine();
	assert.throws(() => toTensor([]), /at least one image/);
	assert.throws(
		() => toTensor([createImage(2, 3), createImage(3, 2)]),
		/the first is 2 x 3, number 1 is 3 x 2/,
	);
	const rows = [
		tf.zeros([1, 2, 2, 3]),
		tf.zeros([1, 2, 3, 3]),
	] as tf.Tensor4D[];
	assert.throws(() => imageGrid(rows), /row 1's are 2 x 3/);
});
