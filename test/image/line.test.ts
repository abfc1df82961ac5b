import assert from "node:assert/strict";
import { test } from "node:test";
import { walkLine } from "../../src/image/line.js";

type Point = readonly [number, number];

function touched(from: Point, to: Point): [number, number, number][] {
	const found: [number, number, number][] = [];
	walkLine({ from, to }, (...pixel) => found.push(pixel));
	return found;
}

test("a level, an upright and a single pixel's line are whole pixels", () => {
	assert.deepEqual(touched([2, 5], [2, 3]), [
		[2, 5, 1],
		[2, 4, 1],
		[2, 3, 1],
	]);
	assert.deepEqual(
		touched([0, 1], [2, 1]).filter(([, , cover]) => cover > 0),
		[
			[0, 1, 1],
			[1, 1, 1],
			[2, 1, 1],
		],
	);
	assert.deepEqual(touched([4, 4], [4, 4]), [[4, 4, 1]]);
});

test("a diagonal has half-covered pixels on both sides, as scikit-image draws it", () => {
	// line_aa(1, 1, 4, 4): 255 on the diagonal, 74 beside it.
	const image = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
	for (const [row, column, cover] of touched([1, 1], [4, 4]))
		image[row]![column] = Math.trunc(cover * 255);
	assert.deepEqual(
		image.map((row) => row.join(" ")),
		[
			"0 0 0 0 0 0",
			"0 255 74 0 0 0",
			"0 74 255 74 0 0",
			"0 0 74 255 74 0",
			"0 0 0 74 255 0",
			"0 0 0 0 0 0",
		],
	);
});

test("a steep line goes from its start to its end whichever way it is walked", () => {
	for (const to of [
		[9, 3],
		[-9, 3],
		[9, -3],
		[-9, -3],
	] as const) {
		const pixels = touched([0, 0], to);
		assert.deepEqual(pixels[0], [0, 0, 1]);
		const rows = new Set(pixels.map(([row]) => row));
		assert.equal(rows.size, 10);
		assert.ok(
			pixels.some(([row, column]) => row === to[0] && column === to[1]),
		);
	}
});
