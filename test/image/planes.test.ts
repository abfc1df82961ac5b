/** The kernels of planes against the same sums in plain TypeScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	cutMeans,
	litPlane,
	roundedMeans,
} from "../../src/image/neighborhood.js";
import { Random } from "../../src/random.js";
import { sumNeighbors, type Weights } from "./plain-neighbors.js";

const box: Weights = [1, 1, 1, 1, 1, 1, 1, 1, 1];
const light: Weights = [-2, -1, 0, -1, 1, 1, 0, 1, 2];

for (const [height, width] of [
	[1, 1],
	[1, 6],
	[6, 1],
	[2, 3],
	[7, 9],
	[20, 33],
] as const) {
	const random = new Random("planes", height, width);
	const size = { height, width };
	const data = new Uint8Array(height * width).map(() => random.integer(0, 256));

	test(`means of neighbors are rounded, ${height} x ${width}`, () => {
		const sums = sumNeighbors(data, size, box);
		const expected = Uint8Array.from(sums, (sum) => sum / 9 + 0.5);
		assert.deepEqual(roundedMeans({ data, ...size }).data, expected);
	});

	test(`a plane is lit from the upper left, ${height} x ${width}`, () => {
		const sums = sumNeighbors(data, size, light);
		const expected = new Uint8Array(Uint8ClampedArray.from(sums));
		assert.deepEqual(litPlane({ data, ...size }).data, expected);
	});

	test(`means of 32-bit numbers, none above 20, are cut down, ${height} x ${width}`, () => {
		const numbers = Float32Array.from(
			data,
			() => random.integer(0, 2 ** 21) / 65536,
		);
		const capped = numbers.map((number) => Math.min(number, 20));
		const sums = sumNeighbors(capped, size, box);
		const expected = Uint8Array.from(sums, (sum) => Math.fround(sum / 9));
		const found = cutMeans(numbers, { ...size, most: 20 });
		assert.deepEqual(found.data, expected);
	});
}
