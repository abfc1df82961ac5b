import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../src/random.js";

const draws = (random: Random): number[] => [
	random.uint32(),
	random.normal(),
	random.uniform(),
];

test("a generator begins anew as one made from the key", () => {
	const random = new Random("one", 1);
	const first = draws(random);
	// A normal number more: the second of its pair must not be left over.
	random.normal();
	random.reseed("two", 2);
	assert.deepEqual(draws(random), draws(new Random("two", 2)));
	random.reseed("one", 1);
	assert.deepEqual(draws(random), first);
});

test("an array is filled with the numbers that calls would give", () => {
	// Of even and odd lengths, one after the other: one of a pair is left over for the next.
	for (const [mean, deviation] of [
		[0, 1],
		[3, 0.1],
	] as const) {
		const [filled, called] = [new Random("fill"), new Random("fill")];
		for (const length of [1, 4, 0, 7, 1000, 3]) {
			const values = new Float32Array(length);
			filled.fillNormal(values, mean, deviation);
			const expected = Float32Array.from(values, () =>
				called.normal(mean, deviation),
			);
			assert.deepEqual(values, expected);
		}
		assert.deepEqual(draws(filled), draws(called));
	}
});
