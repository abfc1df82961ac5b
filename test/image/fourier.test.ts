import assert from "node:assert/strict";
import { test } from "node:test";
import { inverseFourier } from "../../src/image/fourier.js";
import { Lcg } from "../lcg.js";

/** The sum that defines the transform, term by term. */
function defined(
	real: Float64Array,
	imaginary: Float64Array,
	[height, width]: readonly [number, number],
): Float64Array {
	return real.map((_, at) => {
		const [y, x] = [Math.floor(at / width), at % width];
		return real.reduce((sum, value, i) => {
			const [v, u] = [Math.floor(i / width), i % width];
			const turn = ((u * x) % width) / width + ((v * y) % height) / height;
			const angle = 2 * Math.PI * turn;
			return sum + value * Math.cos(angle) - imaginary[i]! * Math.sin(angle);
		}, 0);
	});
}

for (const size of [
	[1, 1],
	[1, 7],
	[2, 3],
	[8, 5],
	[12, 14],
	[9, 22],
	[26, 1],
] as const)
	test(`the inverse transform of ${size[0]} x ${size[1]} is its sum`, () => {
		const [height, width] = size;
		const lcg = new Lcg(height * 100 + width);
		const draw = () =>
			new Float64Array(height * width).map(() => lcg.uniform() - 0.5);
		const [real, imaginary] = [draw(), draw()];
		const expected = defined(real, imaginary, size);
		const found = inverseFourier({ real, imaginary, height, width });
		expected.forEach((value, i) => {
			assert.ok(Math.abs(found[i]! - value) < 1e-12, `${found[i]} ${value}`);
		});
	});
