import assert from "node:assert/strict";
import { test } from "node:test";
import type { RowImages } from "../../src/analysis/row-images.js";
import { sumUnits } from "../../src/analysis/sum-units.js";
import { meanUnits } from "../../src/analysis/units.js";
import { Random } from "../../src/random.js";
import { near } from "./near.js";

const images = 21;
const random = new Random("sum units");

/** A row whose figure is the mean of its images. */
function rowOf(values: readonly number[]): RowImages {
	const row: RowImages = {
		images: values.length,
		skipped: [],
		sums: undefined as never,
		figure: (times) =>
			values.reduce((sum, value, i) => sum + value * times[i]!, 0) /
			times.reduce((sum, count) => sum + count, 0),
		and: (others) => rowOf([...values, ...valuesOf.get(others)!]),
	};
	valuesOf.set(row, values);
	return row;
}
const valuesOf = new Map<RowImages, readonly number[]>();

const draw = () => Array.from({ length: images }, () => random.uniform());

test("scores that are computed anew are drawn and exchanged as those that are means", () => {
	const sides = [0, 1].map(() => {
		const [clean, fog, snow] = [draw(), draw(), draw()];
		const corrupted = fog.map((value, i) => (value + snow[i]!) / 2);
		return {
			sums: sumUnits([rowOf(clean)], [rowOf(fog), rowOf(snow)]),
			means: meanUnits(Float64Array.from(clean), Float64Array.from(corrupted)),
		};
	});
	const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
	const times = Float64Array.from({ length: images }, (_, i) => (3 * i) % 7);
	times[0] = images - times.reduce((sum, one) => sum + one) + times[0]!;
	for (const name of ["clean", "corrupted"] as const)
		near(a.sums.at(times)[name], a.means.at(times)[name], 1e-12);
	for (let trial = 0; trial < 5; trial++) {
		const flips = Uint8Array.from({ length: 4 }, () => random.integer(0, 256));
		const found = a.sums.exchange(b.sums)(flips);
		const expected = a.means.exchange(b.means)(flips);
		for (const side of [0, 1] as const)
			for (const name of ["clean", "corrupted"] as const)
				near(found[side][name], expected[side][name], 1e-12);
	}
	const two = sumUnits([rowOf(draw()), rowOf(draw())], []);
	assert.throws(
		() => a.sums.exchange(two),
		/labels can be flipped between equally many runs only, not 1 and 2/,
	);
	assert.throws(
		() => a.sums.exchange(b.means),
		/only scores of one kind can be exchanged/,
	);
	assert.throws(
		() => a.means.exchange(b.sums),
		/only scores of one kind can be exchanged/,
	);
});
