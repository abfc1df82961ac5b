import type { Random } from "../random.js";
import type { Displacement } from "./deform-pixels.js";
import { displacement } from "./displacement.js";
import { drawChains, type PrimeDraw, type PrimeStep } from "./prime-draw.js";
import type { PrimeOptions } from "./prime-options.js";
import type { PrimeWork } from "./prime-pixels.js";

/** The displacements of a step, where a chain chose them. */
const fieldOf = (
	{ choices, diffeomorphism }: PrimeStep,
	size: number,
): Displacement | undefined =>
	diffeomorphism && choices.includes("diffeomorphism")
		? displacement(size, diffeomorphism)
		: undefined;

/** What `mixPixels` makes images of that are so many pixels wide. */
export const workOf = (draw: PrimeDraw, size: number): PrimeWork => ({
	draw,
	fields: draw.steps.map((step) => fieldOf(step, size)),
});

/**
 * Draws everything for images of the shape `[batch, height, width, 3]`, from options that were checked, and leaves the
 * pixels to `mixPixels`.
 *
 * Throws as `drawPrime`.
 */
export const drawPrimeWork = (
	shape: readonly number[],
	random: Random,
	options: PrimeOptions,
): PrimeWork => workOf(drawChains(shape, random, options), shape[1] as number);
