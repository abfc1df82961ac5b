import assert from "node:assert/strict";
import { test } from "node:test";
import { corrupt } from "../../src/corruptions/corrupt.js";
import {
	commonCorruptions,
	type Draws,
} from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import { giveBack, takeFloats } from "../../src/image/scratch.js";
import { picture } from "../lcg.js";

/** Whether two arrays are of one memory. */
const isSame = (a: Float64Array, b: Float64Array) => a.buffer === b.buffer;

test("an array that was given back is taken again, once, by who needs at least half of it", () => {
	const first = takeFloats(40000);
	giveBack([first]);
	assert.ok(!isSame(takeFloats(40001), first));
	assert.ok(!isSame(takeFloats(19999), first));
	const second = takeFloats(30000);
	assert.ok(isSame(second, first));
	assert.equal(second.length, 30000);
	assert.ok(!isSame(takeFloats(30000), first));
	giveBack([second]);
	assert.equal(takeFloats(40000).length, 40000);
});

test("few are kept, and no short ones", () => {
	const arrays = [1, 2, 3, 4, 5].map((i) => takeFloats(100000 + i));
	giveBack([...arrays, takeFloats(3)]);
	const taken = [5, 4, 3, 2].map((i) => takeFloats(100000 + i));
	const expected = arrays.slice(1).reverse();
	assert.deepEqual(
		taken.map((one, i) => isSame(one, expected[i]!)),
		[true, true, true, true],
	);
	assert.ok(!isSame(takeFloats(100001), arrays[0]!));
});

test("what an image is corrupted with does not depend on those before", () => {
	const [one, other] = [picture(90, 80), picture(70, 96)];
	for (const name of [...commonCorruptions, "gaussian-blur"] as const) {
		const options = { severity: 4, id: "a" } as const;
		const first = corrupt(one, name, options);
		const copy = { ...first, data: first.data.slice() };
		corrupt(other, name, { ...options, severity: 1 });
		corrupt(one, name, { ...options, id: "b" });
		assert.deepEqual(first, copy);
		assert.deepEqual(corrupt(one, name, options), copy);
	}
});

test("one's own corruption may keep the numbers that it drew", () => {
	const kept: [Float64Array, Float64Array][] = [];
	const keeping = defineCorruption<number>({
		name: "keeping",
		constants: [1, 2, 3, 4, 5],
		apply(image, _, { draws }: { draws: Draws }) {
			const drawn = draws.normals(image.data.length, 0, 1);
			kept.push([drawn, drawn.slice()]);
			return corrupt(image, "gaussian-noise", { severity: 1 });
		},
	});
	for (const seed of [1, 2]) {
		corrupt(picture(90, 80), keeping, { severity: 1, seed });
		corrupt(picture(90, 80), "gaussian-noise", { severity: 1, seed });
	}
	for (const [drawn, copy] of kept) assert.deepEqual(drawn, copy);
});
