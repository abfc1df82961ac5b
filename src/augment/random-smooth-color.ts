import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, textOr, whole } from "../check/checks.js";
import type { Random } from "../random.js";
import {
	type ChangePixels,
	clipped,
	eachImage,
	levelValues,
} from "./each-image.js";
import {
	curveMaker,
	curveTerms,
	partLength,
	polynomialAt,
	type SineCurves,
	type SineTable,
	sineTable,
} from "./sine-curves.js";

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
	for (let at = 0; at < coefficients.length; at += length)
		random.fillNormal(coefficients.subarray(at, at + drawn), 0, deviation);
	return { cut, temperature, frequencies, coefficients };
}

/** Adds its curve to a channel, and clips it. */
function changeChannel(
	from: Float32Array,
	to: Float32Array,
	{ values, parts }: SineCurves,
	channel: number,
): void {
	const own = curveTerms * channel;
	const last = parts - 1;
	const { length } = from;
	for (let i = channel; i < length; i += 3) {
		const x = from[i]!;
		// The sum is odd and has period 2: its values on 0-1 are enough.
		const folded = x >= 0 && x <= 1 ? x : x - 2 * Math.floor(x / 2 + 0.5);
		const position = Math.abs(folded) * parts;
		let part = position | 0;
		// Quicker than the smaller one of the two.
		if (part > last) part = last;
		const at = partLength * part + own;
		const change = polynomialAt(values, at, position - part);
		to[i] = clipped(folded < 0 ? x - change : x + change);
	}
}

/** The levels of 8-bit images, as pixels that are gray. */
const everyLevel = Float32Array.from(
	{ length: 3 * levelValues.length },
	(_, i) => levelValues[Math.floor(i / 3)]!,
);

/** Takes each value from what its level has become, `[levels, 3]`. */
function takeLevels(
	levels: Uint8Array,
	changed: Float32Array,
	to: Float32Array,
): void {
	const { length } = levels;
	for (let i = 0; i < length; i += 3) {
		to[i] = changed[3 * levels[i]!]!;
		to[i + 1] = changed[3 * levels[i + 1]! + 1]!;
		to[i + 2] = changed[3 * levels[i + 2]! + 2]!;
	}
}

/**
 * `clip(x + sum over k of c_k sin(pi k x), 0, 1)`, for each image and channel with its own coefficients.
 *
 * Images are of any range, coefficients `[count, 3, frequencies]`, and the table is that of `sineTable` for these
 * frequencies. No term is off by more than 1.5e-7 of its coefficient.
 */
export function changePixelColors(
	coefficients: Float32Array,
	count: number,
	table: SineTable,
): ChangePixels {
	const length = coefficients.length / count;
	const curvesOf = curveMaker(table);
	const ofLevels = new Float32Array(everyLevel.length);
	return (from, to, index, levels) => {
		const first = index * length;
		const curves = curvesOf(coefficients.subarray(first, first + length));
		const [before, after] = levels ? [everyLevel, ofLevels] : [from, to];
		for (let channel = 0; channel < 3; channel++)
			changeChannel(before, after, curves, channel);
		if (levels) takeLevels(levels, ofLevels, to);
	};
}

/** Changes the colors of images `[batch, height, width, 3]`, as `changePixelColors`. */
export const changeColors = (
	images: tf.Tensor4D,
	{
		frequencies,
		coefficients,
	}: Pick<RandomSmoothColorDraw, "frequencies" | "coefficients">,
): tf.Tensor4D =>
	eachImage(images, () =>
		changePixelColors(coefficients, images.shape[0], sineTable(frequencies)),
	);

/**
 * Changes the colors of each image by a random smooth function per channel: the color primitive of PRIME.
 *
 * Images are `[batch, height, width, 3]` in 0-1, and so is the result; 0 and 1 stay as they are. Modas
 * et al., "PRIME: a few primitives can boost robustness to common corruptions", 2022, section 4.
 */
export function randomSmoothColor(
	images: tf.Tensor4D,
	random: Random,
	options: RandomSmoothColorOptions = {},
): tf.Tensor4D {
	checkOptions("randomSmoothColor", options, randomSmoothColorChecks);
	const draw = drawRandomSmoothColor(images.shape[0], random, options);
	return changeColors(images, draw);
}
