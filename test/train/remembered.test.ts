import assert from "node:assert/strict";
import { test } from "node:test";
import { createImage } from "../../src/image/image.js";
import { remembered } from "../../src/tasks/remembered.js";
import type { Dataset } from "../../src/tasks/task.js";

/** Counts how often its pictures, of so many rows of 64 KiB, are drawn. */
function counting(rows: number) {
	const drawn: number[] = [];
	const image = createImage(rows, 2 ** 16, new Uint8Array(rows * 3 * 2 ** 16));
	const dataset: Dataset<number> = {
		name: "counting",
		length: 10,
		sample(index) {
			drawn.push(index);
			return { id: String(index), image, target: index };
		},
	};
	return { drawn, dataset };
}

test("an example is drawn once, for each data set", () => {
	const first = counting(1);
	const second = counting(1);
	for (const index of [3, 4, 3, 4])
		assert.equal(remembered(first.dataset, index).target, index);
	remembered(second.dataset, 3);
	assert.deepEqual(first.drawn, [3, 4]);
	assert.deepEqual(second.drawn, [3]);
});

test("beyond 256 MiB, examples are drawn anew", () => {
	// 96 MiB each.
	const { drawn, dataset } = counting(512);
	for (const index of [0, 1, 2, 0, 1, 2]) remembered(dataset, index);
	assert.deepEqual(drawn, [0, 1, 2, 2]);
});
