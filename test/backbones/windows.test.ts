import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
	relativePositionIndex,
	shiftMask,
} from "../../src/backbones/window-attention.js";
import {
	mergeWindows,
	partitionWindows,
	windowGrid,
} from "../../src/backbones/windows.js";
import { useEngine } from "../../src/index.js";

await useEngine();

const shape: [number, number, number, number] = [1, 3, 4, 1];
const image = () =>
	tf.tensor4d(
		Array.from({ length: 12 }, (_, i) => i + 1),
		shape,
	);

test("windows are padded, rolled, cut and put back", () => {
	const grid = windowGrid(shape, { window: 2, shifted: true });
	const windows = partitionWindows(image(), grid);
	// Padded to 4x4 with a row of zeros, then rolled by one:
	//   6  7  8  5 / 10 11 12  9 / 0 0 0 0 / 2  3  4  1
	assert.deepEqual(
		windows.arraySync().map((window) => window.flat()),
		[
			[6, 7, 10, 11],
			[8, 5, 12, 9],
			[0, 0, 2, 3],
			[0, 0, 4, 1],
		],
	);
	assert.deepEqual(
		mergeWindows(windows, grid).arraySync(),
		image().arraySync(),
	);
});

test("each of the two is the other's gradient", () => {
	const grid = windowGrid(shape, { window: 2, shifted: true });
	const dy = tf.tensor3d(
		Array.from({ length: 16 }, (_, i) => i),
		[4, 4, 1],
	);
	const [gradient] = tf.grads((x) =>
		tf.sum(tf.mul(partitionWindows(x as tf.Tensor4D, grid), dy)),
	)([image()]);
	const merged = mergeWindows(dy, grid).dataSync();
	assert.deepEqual(gradient?.dataSync(), merged);
	const [back] = tf.grads((x) =>
		tf.sum(tf.mul(mergeWindows(x as tf.Tensor3D, grid), image())),
	)([dy]);
	const partitioned = partitionWindows(image(), grid).dataSync();
	assert.deepEqual(back?.dataSync(), partitioned);
});

test("a map of a single window is not shifted", () => {
	const grid = windowGrid([1, 7, 9, 1], { window: 7, shifted: true });
	assert.deepEqual([grid.shiftRows, grid.shiftColumns], [0, 3]);
	const single = windowGrid([1, 5, 7, 1], { window: 7, shifted: true });
	assert.equal(shiftMask(single), undefined);
});

test("the mask parts what the roll brought together", () => {
	const mask = shiftMask(windowGrid(shape, { window: 2, shifted: true }));
	assert.deepEqual(mask?.shape, [4, 1, 4, 4]);
	const [whole, sides, , corners] = mask?.arraySync() ?? [];
	assert.ok(whole?.flat(2).every((x) => x === 0));
	// Left and right columns of the second window came from opposite sides.
	assert.deepEqual(sides?.[0]?.[0], [0, -100, 0, -100]);
	assert.deepEqual(corners?.[0]?.[0], [0, -100, -100, -100]);
});

test("pixels at the same distance share a bias", () => {
	assert.deepEqual(
		[...relativePositionIndex(2)],
		[4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4],
	);
});
