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
