import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draws } from "../../src/corruptions/corruption.js";
import { drawsIn, randomDraws } from "../../src/corruptions/draws.js";
import { drawBytes, ziggurat } from "../../src/corruptions/ziggurat.js";
import { simdKernels } from "../../src/image/simd-kernels.js";
import { Random } from "../../src/random.js";

/** The standard normal distribution, by Abramowitz & Stegun 7.1.26; off by at most 1e-7. */
function normalDistribution(x: number): number {
	const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
	const polynomial =
		t *
		(0.254829592 +
			t *
				(-0.284496736 +
					t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	const tail = (polynomial * Math.exp((-x * x) / 2)) / 2;
	return x > 0 ? 1 - tail : tail;
}

test("normals follow the normal distribution, tails included", () => {
	const count = 2_000_000;
	const values = randomDraws(new Random("normals")).normals(count, 3, 2);
	const standard = values.map((value) => (value - 3) / 2).sort();
	for (let x = -4.5; x <= 4.5; x += 0.125) {
		let low = 0;
		let high = count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (standard[middle]! < x) low = middle + 1;
			else high = middle;
		}
		const expected = normalDistribution(x);
		const error = Math.sqrt((expected * (1 - expected)) / count) + 1e-7;
		const off = Math.abs(low / count - expected) / error;
		assert.ok(off < 4, `P(x < ${x}) is ${off} standard errors off`);
	}
	assert.ok(standard[0]! < -4.5 && standard[count - 1]! > 4.5);
});

test("consecutive normals are uncorrelated, and so are their squares", () => {
	const count = 1_000_000;
	const values = randomDraws(new Random("pairs")).normals(count, 0, 1);
	let products = 0;
	let squares = 0;
	for (let i = 1; i < count; i++) {
		products += values[i]! * values[i - 1]!;
		squares += (values[i]! ** 2 - 1) * (values[i - 1]! ** 2 - 1);
	}
	assert.ok(Math.abs(products) / Math.sqrt(count) < 4);
	assert.ok(Math.abs(squares) / (2 * Math.sqrt(count)) < 4);
});

test("uniforms and integers stay in their range and fill it evenly", () => {
	const draws = randomDraws(new Random("ranges"));
	const uniforms = draws.uniforms(100_000, -2, 5);
	assert.ok(uniforms.every((value) => value >= -2 && value < 5));
	const mean = uniforms.reduce((sum, value) => sum + value, 0) / 100_000;
	assert.ok(Math.abs(mean - 1.5) < (4 * 7) / Math.sqrt(12 * 100_000));
	const found = new Float64Array(4);
	for (const value of draws.integers(40_000, -2, 2)) found[value + 2]!++;
	for (const count of found) assert.ok(Math.abs(count - 10_000) < 400);
});

test("the same key gives the same draws", () => {
	const drawn = (): unknown[] => {
		const draws = randomDraws(new Random("key", 7));
		const levels = Uint8Array.of(0, 1, 1);
		return [
			draws.normals(5, 0, 1),
			draws.uniforms(5, 0, 1),
			draws.integers(5, 0, 9),
			draws.poissons(levels, Float64Array.of(3, 70)),
		];
	};
	assert.deepEqual(drawn(), drawn());
});

/** Draws of which nothing is known but what they give. */
const others = (random: Random): Draws => ({ ...randomDraws(random) });

test("draws for the kernels are those for everyone, and what follows them too", () => {
	for (const drawsOf of [randomDraws, others]) {
		const counts = [5000, 1, 8191];
		const running = simdKernels(drawBytes + 8 * 8192);
		const drawn = counts.map((count) => {
			const [mine, theirs] = [0, 1].map(() => new Random("kernels", count));
			const [draws, same] = [drawsOf(mine!), randomDraws(theirs!)];
			const into = drawsIn(running, draws);
			const { doubles, words } = running;
			const found = () => doubles.slice(drawBytes / 8, drawBytes / 8 + count);
			into.normals(drawBytes, count, 3, 0.5);
			assert.deepEqual(found(), same.normals(count, 3, 0.5));
			into.uniforms(drawBytes, count, -2, 7);
			assert.deepEqual(found(), same.uniforms(count, -2, 7));
			for (const [low, high] of [
				[-4, 4],
				[-1, 2],
				[5, 5 + 2 ** 21],
			] as const) {
				into.integers(drawBytes, count, low, high);
				const integers = words.slice(drawBytes / 4, drawBytes / 4 + count);
				assert.deepEqual(integers, same.integers(count, low, high));
			}
			return [mine!.uint32(), theirs!.uint32()];
		});
		for (const [mine, theirs] of drawn) assert.equal(mine, theirs);
	}
});

/** Normal numbers by the ziggurat, one at a time: its tables have widths, heights and edges of 128 layers. */
function plainNormal(random: Random): number {
	const doubles = new Float64Array(ziggurat.buffer, 0, 256);
	const edges = new Int32Array(ziggurat.buffer, 2048, 128);
	for (;;) {
		const bits = random.uint32();
		const layer = bits & 127;
		const magnitude = (bits | 0) >> 7;
		const x = magnitude * doubles[layer]!;
		if (Math.abs(magnitude) < edges[layer]!) return x;
		if (layer === 0) return magnitude < 0 ? -beyond(random) : beyond(random);
		const low = doubles[128 + layer]!;
		const y = low + random.uniform() * (doubles[127 + layer]! - low);
		if (y < Math.exp(-0.5 * x * x)) return x;
	}
}

/** A number in the tail. */
function beyond(random: Random): number {
	const tail = 3.442619855899;
	for (;;) {
		const x = -Math.log(1 - random.uniform()) / tail;
		const y = -Math.log(1 - random.uniform());
		if (2 * y > x * x) return tail + x;
	}
}

test("normals are those of the plain ziggurat, bit for bit", () => {
	const values = randomDraws(new Random("plain")).normals(300_000, 0.5, 0.25);
	const random = new Random("plain");
	const expected = values.map(() => 0.5 + 0.25 * plainNormal(random));
	assert.deepEqual(values, expected);
});
