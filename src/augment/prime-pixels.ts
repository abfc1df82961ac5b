import { changePixelColors } from "./color-pixels.js";
import { deformPixels, samplingGrid } from "./deform-pixels.js";
import { filterPixels } from "./filter-pixels.js";
import { type ChangePixels, levelsOf, type PixelSize } from "./pixels.js";
import type { PrimeDraw, PrimeStep } from "./prime-draw.js";
import type { PrimeOptions, Primitive } from "./prime-options.js";
import { sineTable } from "./sine-curves.js";

/** How far pixels move along x and along y, in pixels, `[height · width]` each. */
export type PrimeField = readonly [Float32Array, Float32Array];

/** A step, whose diffeomorphism an engine makes a field of. */
type PixelStep = Omit<PrimeStep, "diffeomorphism">;

/** A draw, and what an engine has made of it: plain data, for any thread. */
export interface PrimeWork {
	readonly draw: Omit<PrimeDraw, "steps"> & {
		readonly steps: readonly PixelStep[];
	};
	/** Of each step; undefined where no chain chose the diffeomorphism. */
	readonly fields: readonly (PrimeField | undefined)[];
}

/** The primitives of one step, for the image of any chain; `field` is that of the diffeomorphism. */
function prepareStep(
	{ choices, randomSmoothColor, randomFilter }: PixelStep,
	size: PixelSize,
	field: PrimeField | undefined,
): ChangePixels {
	const chains = choices.length;
	const changes: Partial<Record<Primitive, ChangePixels>> = {};
	if (field)
		changes.diffeomorphism = deformPixels(samplingGrid(...field, size));
	if (randomSmoothColor) {
		const { frequencies, coefficients } = randomSmoothColor;
		const table = sineTable(frequencies);
		changes.randomSmoothColor = changePixelColors(coefficients, chains, table);
	}
	if (randomFilter) {
		const { kernels } = randomFilter;
		const side = Math.sqrt(kernels.length / chains);
		changes.randomFilter = filterPixels(kernels, side, size);
	}
	return (from, to, chain, levels) => {
		const choice = choices[chain] as Primitive;
		const change = changes[choice];
		if (!change)
			throw new Error(
				`chain ${chain} chose ${choice}, but the step drew nothing for it`,
			);
		change(from, to, chain, levels);
	};
}

/** Writes a share of some values. */
function takeShare(to: Float32Array, of: Float32Array, share: number): void {
	for (let i = 0; i < to.length; i++) to[i] = share * of[i]!;
}

/** Adds a share of some values. */
function addShare(to: Float32Array, of: Float32Array, share: number): void {
	for (let i = 0; i < to.length; i++) to[i] = to[i]! + share * of[i]!;
}

/**
 * Mixes each image of a batch with its chains, as drawn: `(1 - m) x + m sum over i of w_i chain_i(x)`.
 *
 * It needs no engine, so that any thread can do it.
 */
export function mixPixels(
	{ draw, fields }: PrimeWork,
	options: PrimeOptions,
	size: PixelSize,
): ChangePixels {
	const { mixing, weights, depths } = draw;
	const steps = draw.steps.map((step, i) => prepareStep(step, size, fields[i]));
	const { width, white } = options;
	const batch = mixing.length;
	const space = (): Float32Array =>
		new Float32Array(3 * size.height * size.width);
	const [scaled, buffers] = [space(), [space(), space()]];
	const asGiven = (from: Float32Array): Float32Array => {
		if (white === 1) return from;
		takeShare(scaled, from, white);
		return scaled;
	};
	return (from, to, index) => {
		const m = mixing[index]!;
		const image = asGiven(from);
		const levels = levelsOf(image);
		takeShare(to, image, 1 - m);
		for (let w = 0; w < width; w++) {
			const chain = w * batch + index;
			const depth = Math.min(depths[chain]!, steps.length);
			let changed = image;
			for (let step = 0; step < depth; step++) {
				const next = buffers[step % 2]!;
				steps[step]!(changed, next, chain, step === 0 ? levels : undefined);
				changed = next;
			}
			addShare(to, changed, m * weights[index * width + w]!);
		}
		if (white !== 1) for (let i = 0; i < to.length; i++) to[i] = to[i]! / white;
	};
}
