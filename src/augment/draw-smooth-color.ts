import type { Checks } from "../check/check-options.js";
import { number, oneOf, textOr, whole } from "../check/checks.js";
import type { Random } from "../random.js";
import { fillNormals } from "./fill-normals.js";

/** How many frequencies the change of color has, and how strong it is. */
export interface RandomSmoothColorOptions {
	/** Highest frequency: `cut` is uniform in 1..maximumCut; 500 by default. */
	readonly maximumCut?: number;
	/** The variance of a coefficient is uniform in [0, maximumTemperature); 0.05 by default. */
	readonly maximumTemperature?: number;
	/** How many neighboring frequencies are drawn, or `"all"` up to `cut`; 20 by default. */
	readonly bandwidth?: number | "all";
}

/** Checks of a change of color's options. */
export const randomSmoothColorChecks: Checks<RandomSmoothColorOptions> = {
	maximumCut: whole({ from: 1 }),
	maximumTemperature: number({ from: 0 }),
	bandwidth: textOr(oneOf(["all"]), whole({ from: 1 })),
};

/** What one random smooth color change draws. */
export interface RandomSmoothColorDraw {
	readonly cut: number;
	readonly temperature: number;
	/** Shared by all images; as many at every draw: zeros, which change nothing, fill the end. */
	readonly frequencies: Int32Array;
	/** `[count, channels, frequencies]`. */
	readonly coefficients: Float32Array;
}

/**
 * Draws a band of frequencies for all images, and coefficients for each image and channel.
 *
 * Source: amodas/PRIME-augmentations, `utils/color_jitter.py`.
 */
export function drawRandomSmoothColor(
	count: number,
	random: Random,
	{
		maximumCut = 500,
		maximumTemperature = 0.05,
		bandwidth = 20,
	}: RandomSmoothColorOptions = {},
): RandomSmoothColorDraw {
	const cut = random.integer(1, maximumCut + 1);
	const temperature = random.uniform(0, maximumTemperature);
	const lowest = bandwidth === "all" ? 1 : random.integer(1, cut + 1);
	const length = bandwidth === "all" ? maximumCut : bandwidth;
	const frequencies = Int32Array.from({ length }, (_, i) =>
		lowest + i <= cut ? lowest + i : 0,
	);
	const deviation = Math.sqrt(temperature);
	const coefficients = new Float32Array(count * 3 * length);
	const drawn = Math.min(length, cut - lowest + 1);
	const numbers = new Float32Array(count * 3 * drawn);
	fillNormals(numbers, random, deviation);
	for (let row = 0; row < count * 3; row++) {
		const own = numbers.subarray(row * drawn, (row + 1) * drawn);
		coefficients.set(own, row * length);
	}
	return { cut, temperature, frequencies, coefficients };
}
