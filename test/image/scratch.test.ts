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

test("an array that was given back is taken again, once, by who wants as many numbers", () => {
	const first = takeFloats(1237);
	giveBack([first]);
	assert.notEqual(takeFloats(1236), first);
	assert.equal(takeFloats(1237), first);
	assert.notEqual(takeFloats(1237), first);
});

test("no more than 64 MB are kept", () => {
	const small = takeFloats(11);
	const large = [0, 1, 2].map(() => takeFloats(2 ** 22));
	giveBack([small, ...large]);
	assert.notEqual(takeFloats(11), small);
	const huge = takeFloats(2 ** 23 + 1);
	giveBack([huge]);
	assert.notEqual(takeFloats(2 ** 23 + 1), huge);
});

test("what an image is corrupted with does not depend on those before", () => {
	const [one, other] = [picture(61, 47), picture(47, 61)];
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
		corrupt(picture(20, 30), keeping, { severity: 1, seed });
		corrupt(picture(20, 30), "gaussian-noise", { severity: 1, seed });
	}
	for (const [drawn, copy] of kept) assert.deepEqual(drawn, copy);
});
