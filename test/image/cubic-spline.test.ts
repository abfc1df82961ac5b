import assert from "node:assert/strict";
import { test } from "node:test";
import { splineFilter, splineTaps } from "../../src/image/cubic-spline.js";
import { Lcg } from "../lcg.js";

const lcg = new Lcg(3);

/** The spline of these coefficients at these positions. */
function spline(coefficients: Float64Array, positions: number[]): number[] {
	const taps = splineTaps(positions, coefficients.length);
	return positions.map((_, i) => {
		let sum = 0;
		for (let k = 4 * i; k < 4 * i + 4; k++)
			sum += taps.weights[k]! * coefficients[taps.indices[k]!]!;
		return sum;
	});
}

test("the spline of a line's coefficients goes through the line", () => {
	for (const length of [1, 2, 3, 8, 31]) {
		const line = new Float64Array(length).map(() => lcg.uniform());
		const coefficients = line.slice();
		splineFilter(coefficients, { start: 0, stride: 1, length });
		const found = spline(
			coefficients,
			Array.from(line, (_, i) => i),
		);
		found.forEach((value, i) => {
			assert.ok(Math.abs(value - line[i]!) < 1e-12, `${length}, ${i}`);
		});
	}
});

test("a line within a grid is filtered alone", () => {
	const grid = new Float64Array(12).map(() => lcg.uniform());
	const column = grid.filter((_, i) => i % 3 === 1);
	const filtered = grid.slice();
	splineFilter(filtered, { start: 1, stride: 3, length: 4 });
	splineFilter(column, { start: 0, stride: 1, length: 4 });
	assert.deepEqual(
		filtered,
		grid.map((value, i) => (i % 3 === 1 ? column[(i - 1) / 3]! : value)),
	);
});

test("between its points, the spline of a cubic's values is the cubic", () => {
	const cubic = (x: number) => 2 + x * (3 - x * (0.5 - 0.01 * x));
	const length = 60;
	const coefficients = Float64Array.from({ length }, (_, i) => cubic(i));
	splineFilter(coefficients, { start: 0, stride: 1, length });
	// Far from the ends, where the mirror image goes on otherwise.
	for (const at of [28.25, 30.5, 31.9]) {
		const [found] = spline(coefficients, [at]);
		assert.ok(Math.abs(found! - cubic(at)) < 1e-9, `${found} ${cubic(at)}`);
	}
});

test("a position beyond either end is outside", () => {
	const { outside } = splineTaps([-0.1, 0, 2.5, 4, 4.001], 5);
	assert.deepEqual([...outside], [1, 0, 0, 0, 1]);
});
