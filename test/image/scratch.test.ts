import assert from "node:assert/strict";
import { test } from "node:test";
import { corrupt } from "../../src/corruptions/corrupt.js";
import {
	corruptionNames,
	type Draws,
} from "../../src/corruptions/corruption.js";
import { defineCorruption } from "../../src/corruptions/define-corruption.js";
import {
	scratchBytes,
	scratchFloat32s,
	scratchFloats,
	scratchInts,
	scratchShorts,
	withScratch,
} from "../../src/image/scratch.js";
import { picture } from "../lcg.js";

const memoryOf = (array: { readonly buffer: unknown }) => array.buffer;

test("memory is taken again once nobody reads it, by who needs at least half of it", () => {
	const first = withScratch(() => memoryOf(scratchFloats(40000)));
	withScratch(() => {
		assert.notEqual(memoryOf(scratchFloats(40001)), first);
		assert.notEqual(memoryOf(scratchFloats(19999)), first);
		const second = scratchFloat32s(60000);
		assert.equal(memoryOf(second), first);
		assert.equal(second.length, 60000);
		assert.notEqual(memoryOf(scratchFloats(30000)), first);
	});
	assert.equal(
		withScratch(() => memoryOf(scratchBytes(320000))),
		first,
	);
});

test("the smallest that is enough is taken", () => {
	const [large, small] = withScratch(() =>
		[150000, 140000].map((length) => memoryOf(scratchFloats(length))),
	);
	withScratch(() => {
		assert.equal(memoryOf(scratchFloats(130000)), small);
		assert.equal(memoryOf(scratchFloats(130000)), large);
	});
});

test("what is taken outside, or within what goes on, is nobody else's", () => {
	const own = scratchInts(50000);
	withScratch(() => {
		const outer = scratchInts(50000);
		const inner = withScratch(() => scratchInts(50000));
		assert.equal(new Set([own, outer, inner].map(memoryOf)).size, 3);
		assert.equal(memoryOf(scratchInts(50000)), memoryOf(inner));
	});
	assert.notEqual(memoryOf(scratchInts(50000)), memoryOf(own));
});

test("what fails gives its memory back", () => {
	let taken: unknown;
	const failing = () =>
		withScratch(() => {
			taken = memoryOf(scratchShorts(90000));
			throw new Error("no");
		});
	assert.throws(failing, /^Error: no$/);
	assert.equal(
		withScratch(() => memoryOf(scratchShorts(90000))),
		taken,
	);
	assert.notEqual(memoryOf(scratchShorts(90000)), taken);
});

test("64 MiB are kept, the last, and no short arrays", () => {
	const [first, ...others] = withScratch(() =>
		[22, 21, 23].map((mebi) => memoryOf(scratchBytes(mebi * 2 ** 20))),
	);
	withScratch(() => {
		const again = [21, 23].map((mebi) =>
			memoryOf(scratchBytes(mebi * 2 ** 20)),
		);
		assert.deepEqual(
			again.map((memory, i) => memory === others[i]),
			[true, true],
		);
		assert.notEqual(memoryOf(scratchBytes(22 * 2 ** 20)), first);
	});
	const short = withScratch(() => memoryOf(scratchBytes(1000)));
	assert.notEqual(
		withScratch(() => memoryOf(scratchBytes(1000))),
		short,
	);
});

test("what an image is corrupted with does not depend on those before", () => {
	const [one, other] = [picture(130, 120, true), picture(110, 140)];
	for (const name of corruptionNames) {
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
