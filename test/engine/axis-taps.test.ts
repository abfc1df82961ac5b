import assert from "node:assert/strict";
import { test } from "node:test";
import { tapsOf } from "../../src/engine/axis-taps.js";

const matrix = Float32Array.of(1, 0, 0, 0, 0.5, 0.25, 0.25, 0, 0, 0, 1, 0);
const size = [3, 4] as const;

test("each row has as many taps as the widest, which add up to the row", () => {
	const { places, weights, width } = tapsOf(matrix, size);
	assert.equal(width, 3);
	assert.deepEqual([...places], [0, 0, 0, 0, 1, 2, 2, 2, 2]);
	assert.deepEqual(
		[...weights],
		[0.5, 0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.25, 0.25],
	);
});

test("transposed, a column that nothing reads has the place after the last", () => {
	const { places, weights, width } = tapsOf(matrix, size, { transposed: true });
	assert.equal(width, 2);
	assert.deepEqual([...places], [0, 1, 1, 1, 1, 2, 3, 3]);
	assert.deepEqual([...weights], [1, 0.5, 0.125, 0.125, 0.25, 1, 0, 0]);
});
