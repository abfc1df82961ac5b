/** Mixtures of chains beside the same primitives, one after the other, and plain arithmetic of 32 bits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changePixelColors } from "../../src/augment/color-pixels.js";
import { deformPixels } from "../../src/augment/deform-pixels.js";
import { filterPixels } from "../../src/augment/filter-pixels.js";
import {
	changeImages,
	levelValues,
	type PixelChange,
	type PixelSize,
} from "../../src/augment/pixels.js";
import { drawPrime } from "../../src/augment/prime-draw.js";
import {
	type PrimeOptions,
	primePresets,
} from "../../src/augment/prime-options.js";
import { mixPixels, type PrimeWork } from "../../src/augment/prime-pixels.js";
import { workOf } from "../../src/augment/prime-work.js";
import { sineTable } from "../../src/augment/sine-curves.js";
import { simdKernels } from "../../src/image/simd-kernels.js";
import { Random } from "../../src/index.js";

const { fround } = Math;
const batch = 4;

/** One primitive of one step, for the image of a chain alone. */
function primitiveOf(
	{ draw, fields }: PrimeWork,
	size: PixelSize,
	{ step, chain }: { readonly step: number; readonly chain: number },
): PixelChange {
	const { choices, randomSmoothColor, randomFilter } = draw.steps[step]!;
	const part = (values: Float32Array): Float32Array => {
		const length = values.length / choices.length;
		return values.slice(chain * length, (chain + 1) * length);
	};
	if (choices[chain] === "diffeomorphism")
		return deformPixels(fields[step]!, size);
	if (choices[chain] === "randomFilter") {
		const kernel = part(randomFilter!.kernels);
		return filterPixels(kernel, Math.sqrt(kernel.length), size);
	}
	const { coefficients, frequencies } = randomSmoothColor!;
	return changePixelColors(part(coefficients), sineTable(frequencies), size);
}

/** One image after its chains, as the formula says. */
function expectedOf(
	image: Float32Array,
	index: number,
	{
		work,
		options,
		size,
	}: { work: PrimeWork; options: PrimeOptions; size: PixelSize },
): Float32Array {
	const { mixing, weights, depths } = work.draw;
	const m = mixing[index]!;
	const white = image.map((x) => fround(options.white * x));
	const mixed = white.map((x) => fround(fround(1 - m) * x));
	for (let w = 0; w < options.width; w++) {
		const chain = w * batch + index;
		let values = white;
		for (let step = 0; step < depths[chain]!; step++) {
			const next = new Float32Array(values.length);
			const change = primitiveOf(work, size, { step, chain });
			const from = values;
			changeImages(change, size, () => from, next);
			values = next;
		}
		const share = fround(m * weights[index * options.width + w]!);
		values.forEach((x, i) => {
			mixed[i] = fround(mixed[i]! + fround(share * x));
		});
	}
	return mixed.map((x) => fround(x / options.white));
}

for (const white of [1, 255] as const)
	for (const [height, width] of [
		[1, 1],
		[13, 13],
		[6, 11],
	] as const)
		test(`images ${height} x ${width} are mixed with their chains, whose depths are 0 to 3, white ${white}`, () => {
			const size = { height, width };
			const random = new Random("mix", white, height, width);
			const preset = height === width ? primePresets.cifar : primePresets.dense;
			const options = { ...preset, white };
			const drawn = drawPrime([batch, height, width, 3], random, options);
			const depths = drawn.depths.map((_, chain) => chain % 4);
			const work = workOf({ ...drawn, depths }, height);
			const length = 3 * height * width;
			const levels = Uint8Array.from({ length: batch * length }, () =>
				random.integer(0, 256),
			);
			const values = Float32Array.from(levels, (level) => levelValues[level]!);
			// One image is of other values than levels.
			values.fill(0.123, 0, length);
			const expected = new Float32Array(values.length);
			const found = new Float32Array(values.length);
			const imageOf = (i: number) => values.slice(i * length, (i + 1) * length);
			for (let i = 0; i < batch; i++)
				expected.set(
					expectedOf(imageOf(i), i, { work, options, size }),
					i * length,
				);
			changeImages(mixPixels(work, options, size), size, imageOf, found);
			assert.deepEqual(found, expected);
			// As the levels that they are.
			const ofLevels = new Float32Array(values.length);
			changeImages(
				mixPixels(work, options, size),
				size,
				(i) =>
					i === 0 ? imageOf(0) : levels.slice(i * length, (i + 1) * length),
				ofLevels,
			);
			assert.deepEqual(ofLevels, expected);
		});

test("the values of levels are these, and no other values have levels", () => {
	const { kernels, bytes, singles } = simdKernels(4096);
	const everyLevel = Uint8Array.from({ length: 256 }, (_, i) => i);
	bytes.set(everyLevel);
	kernels.valuesOfLevels(0, 256, 1024);
	assert.deepEqual(singles.slice(256, 512), levelValues);
	// Numbers that are no multiples of the length of a vector.
	for (const count of [1, 2, 3, 5, 255, 256]) {
		bytes.fill(77, 2048, 2048 + 256);
		assert.equal(kernels.levelsOfValues(1024, count, 2048), 1);
		assert.deepEqual(
			bytes.slice(2048, 2048 + count),
			everyLevel.slice(0, count),
		);
	}
	for (const other of [0.5, -1 / 255, 256 / 255, 1e30, -1e30, Number.NaN])
		for (const at of [0, 3, 4, 8]) {
			singles.set([0, 1, 0, 1, 0, 1, 0, 1, 0], 256);
			assert.equal(kernels.levelsOfValues(1024, 9, 2048), 1);
			singles[256 + at] = other;
			assert.equal(kernels.levelsOfValues(1024, 9, 2048), 0, `${other}`);
		}
});

test("a choice that nothing was drawn for is refused", () => {
	const size = { height: 2, width: 2 };
	const drawn = drawPrime([1, 2, 2, 3], new Random(1), primePresets.dense);
	const work = { draw: drawn, fields: [] };
	const steps = drawn.steps.map((step) => ({
		...step,
		choices: step.choices.map(() => "diffeomorphism" as const),
	}));
	const change = mixPixels(
		{ ...work, draw: { ...drawn, steps } },
		primePresets.dense,
		size,
	);
	assert.throws(
		() =>
			changeImages(
				change,
				size,
				() => new Float32Array(12),
				new Float32Array(12),
			),
		/chain 0 chose diffeomorphism, but the step drew nothing/,
	);
});
