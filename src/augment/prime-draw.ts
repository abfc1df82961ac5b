import { checkOptions } from "../check/check-options.js";
import type { Random } from "../random.js";
import {
	type DiffeomorphismDraw,
	drawDiffeomorphism,
	sideOfSquare,
} from "./draw-diffeomorphism.js";
import { drawRandomFilter, type RandomFilterDraw } from "./draw-filter.js";
import {
	drawRandomSmoothColor,
	type RandomSmoothColorDraw,
} from "./draw-smooth-color.js";
import {
	type PrimeOptions,
	type Primitive,
	primeChecks,
	primitives,
} from "./prime-options.js";

/** What one step of all chains draws; chain-major, as `depths`. */
export interface PrimeStep {
	/** The primitive of each chain, `[width, batch]`. */
	readonly choices: readonly Primitive[];
	readonly diffeomorphism?: DiffeomorphismDraw;
	readonly randomSmoothColor?: RandomSmoothColorDraw;
	readonly randomFilter?: RandomFilterDraw;
}

/** Everything that PRIME draws for a batch. */
export interface PrimeDraw {
	/** The share of the chains in each image, `[batch]`, uniform in 0-1. */
	readonly mixing: Float32Array;
	/** The share of each chain among the chains, `[batch, width]`, uniform on the simplex. */
	readonly weights: Float32Array;
	/** How many steps change each chain, `[width, batch]`. */
	readonly depths: Int32Array;
	readonly steps: readonly PrimeStep[];
}

/** Shares that sum to one, uniform on the simplex: Dirichlet(1, ..., 1). */
export function drawSimplex(random: Random, length: number): number[] {
	const parts = Array.from({ length }, () => -Math.log(1 - random.uniform()));
	const sum = parts.reduce((a, b) => a + b, 0);
	return parts.map((part) => part / sum);
}

function drawStep(
	chains: number,
	size: readonly number[],
	random: Random,
	options: PrimeOptions,
): PrimeStep {
	const { diffeomorphism, randomSmoothColor, randomFilter } = options;
	const present = primitives.filter((name) => options[name] !== undefined);
	if (present.length === 0)
		throw new Error(
			`PRIME needs at least one primitive: name ${primitives.join(", ")} in its options`,
		);
	return {
		choices: Array.from(
			{ length: chains },
			() => present[random.integer(0, present.length)] as Primitive,
		),
		diffeomorphism:
			diffeomorphism &&
			drawDiffeomorphism(sideOfSquare(size), random, diffeomorphism),
		randomSmoothColor:
			randomSmoothColor &&
			drawRandomSmoothColor(chains, random, randomSmoothColor),
		randomFilter:
			randomFilter && drawRandomFilter(chains, random, randomFilter),
	};
}

/**
 * Draws everything for images of the shape `[batch, height, width, 3]`.
 *
 * Each step draws one diffeomorphism, one band of frequencies and one filter strength for the whole
 * batch, as upstream. Throws where no primitive is left, and where a diffeomorphism is asked of images
 * that are not square.
 */
export function drawPrime(
	shape: readonly number[],
	random: Random,
	options: PrimeOptions,
): PrimeDraw {
	checkOptions("drawPrime", options, primeChecks);
	return drawChains(shape, random, options);
}

/** Draws as `drawPrime` does, from options that were checked. */
export function drawChains(
	shape: readonly number[],
	random: Random,
	options: PrimeOptions,
): PrimeDraw {
	const { width, maximumDepth, depthLimit = maximumDepth } = options;
	const [batch = 0] = shape;
	const chains = width * batch;
	return {
		mixing: Float32Array.from({ length: batch }, () => random.uniform()),
		weights: Float32Array.from(
			Array.from({ length: batch }, () => drawSimplex(random, width)).flat(),
		),
		depths: Int32Array.from({ length: chains }, () =>
			Math.min(random.integer(1, maximumDepth + 1), depthLimit),
		),
		steps: Array.from({ length: Math.min(maximumDepth, depthLimit) }, () =>
			drawStep(chains, shape, random, options),
		),
	};
}
