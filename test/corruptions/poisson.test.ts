import assert from "node:assert/strict";
import { test } from "node:test";
import { randomDraws } from "../../src/corruptions/draws.js";
import { drawPoissons } from "../../src/corruptions/poisson.js";
import { Random } from "../../src/random.js";

/** `P(K = k)` for k = 0, 1 ... up to `largest`, by logarithms. */
function probabilities(rate: number, largest: number): number[] {
	let logFactorial = 0;
	return Array.from({ length: largest + 1 }, (_, k) => {
		logFactorial += Math.log(Math.max(k, 1));
		return Math.exp(k * Math.log(rate) - rate - logFactorial);
	});
}

for (const rate of [0.01, 0.7, 3, 12.4, 60, 500]) {
	test(`counts of rate ${rate} have the frequencies of the Poisson law`, () => {
		const draws = 400_000;
		const counts = drawPoissons(
			new Uint8Array(draws).fill(1),
			Float64Array.of(5, rate),
			new Random("poisson", rate),
		);
		const largest = Math.ceil(rate + 12 * Math.sqrt(rate) + 12);
		const found = new Float64Array(largest + 1);
		for (const count of counts) found[count]!++;
		let squares = 0;
		let cells = 0;
		let rest = draws;
		let foundRest = draws;
		probabilities(rate, largest).forEach((probability, k) => {
			const expected = probability * draws;
			if (expected < 20) return;
			squares += (found[k]! - expected) ** 2 / expected;
			cells++;
			rest -= expected;
			foundRest -= found[k]!;
		});
		const off = (squares - cells) / Math.sqrt(2 * cells);
		assert.ok(Math.abs(off) < 4, `chi-square is ${off} deviations off`);
		assert.ok(Math.abs(foundRest - rest) < 5 * Math.sqrt(rest + 1), "tails");
	});
}

test("a rate of zero gives zero, and every level has its own rate", () => {
	const rates = Float64Array.of(0, 1000);
	const counts = drawPoissons(
		Uint8Array.of(0, 1, 0, 1),
		rates,
		new Random("levels"),
	);
	assert.deepEqual([counts[0], counts[2]], [0, 0]);
	assert.ok(counts[1]! > 800 && counts[3]! > 800);
});

/** The third word of a state whose second draw is uniform, to 32 bits, where its second word is 0. */
function before(further: number): [number] {
	// Nine of them and the counter are drawn.
	const inverse = 0x38e38e39;
	return [Math.imul(Math.floor(further * 2 ** 32) - 2, inverse)];
}

test("a draw that equals a threshold is decided by further bits", () => {
	const scaled = Math.exp(-1) * 2 ** 32;
	const fraction = scaled - Math.floor(scaled);
	const counted = (bits: number, further: number): number => {
		const random = new Random();
		random.restore(Int32Array.of(bits - 1, 0, ...before(further), 1), 0);
		const rates = Float64Array.of(1);
		return drawPoissons(Uint8Array.of(0), rates, random)[0]!;
	};
	const threshold = Math.floor(scaled);
	assert.equal(counted(threshold - 1, 0.999), 0);
	assert.equal(counted(threshold, fraction - 0.001), 0);
	assert.equal(counted(threshold, fraction + 0.001), 1);
	assert.equal(counted(threshold + 1, 0), 1);
	assert.ok(counted(2 ** 32 - 1, 0.999) >= 12);
});

test("what else is drawn, or fails to be, does not change the counts of a rate", () => {
	const rates = Float64Array.of(40, 300);
	const levels = new Uint8Array(9000).map((_, i) => i % 2);
	const drawn = () => drawPoissons(levels, rates, new Random("again"));
	const first = drawn();
	randomDraws(new Random("others")).normals(20_000, 0, 1);
	assert.deepEqual(drawn(), first);
	assert.throws(() =>
		drawPoissons(levels, Float64Array.of(9000, -1), new Random("no")),
	);
	assert.deepEqual(drawn(), first);
});

test("a level without a rate is refused", () => {
	assert.throws(
		() =>
			drawPoissons(Uint8Array.of(0, 2), Float64Array.of(1, 2), new Random()),
		{
			name: "RangeError",
			message: /^of 2 Poisson rates, none is that of level 2$/,
		},
	);
});

test("rates that have no table are refused", () => {
	for (const rate of [-1, 20_000, Number.NaN]) {
		assert.throws(
			() =>
				drawPoissons(Uint8Array.of(0), Float64Array.of(rate), new Random(1)),
			{ name: "RangeError", message: /between 0 and 10000/ },
		);
	}
});
