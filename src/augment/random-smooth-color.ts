import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, textOr, whole } from "../check/checks.js";
import type { Random } from "../random.js";
import { type ChangePixels, clipped, eachImage } from "./each-image.js";

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
	const coefficients = Float32Array.from(
		{ length: count * 3 * length },
		(_, i) => (frequencies[i % length] ? random.normal(0, deviation) : 0),
	);
	return { cut, temperature, frequencies, coefficients };
}

// At a point: the value of a sum of sines and its first three derivatives.
const orders = 4;

// Of the polynomial between two points, which has the values and derivatives of the sum at both.
const terms = 2 * orders;

// Two for each half wave would be the least; with three, no sine is off by more than 1.4e-7.
const pointsPerHalfWave = 3;

/**
 * `sin(pi k x)` and its derivatives, for each frequency k that is not 0, at equally spaced x from 0 to 1/2.
 *
 * The other half mirrors it: sines of odd frequencies are even about 1/2, those of even frequencies are odd.
 */
export interface SineTable {
	/** How many equal parts there are from 0 to 1, an even number; derivatives are by their length. */
	readonly parts: number;
	/** The places of the frequencies among all, and `[parts / 2 + 1, frequencies, orders]`: even ones, then odd ones. */
	readonly halves: readonly (readonly [Int32Array, Float64Array])[];
}

/** The sines of some frequencies, for the curves of any coefficients. */
export function sineTable(frequencies: Int32Array): SineTable {
	const parts =
		2 * Math.ceil((pointsPerHalfWave * Math.max(1, ...frequencies)) / 2);
	const wave = (of: (x: number) => number) =>
		Float64Array.from({ length: 2 * parts }, (_, i) =>
			of((Math.PI * i) / parts),
		);
	const [sine, cosine] = [wave(Math.sin), wave(Math.cos)];
	const half = (parity: 0 | 1): [Int32Array, Float64Array] => {
		const places = Int32Array.from(frequencies.keys()).filter((i) => {
			const frequency = frequencies[i] as number;
			return frequency !== 0 && frequency % 2 === parity;
		});
		const values = new Float64Array((parts / 2 + 1) * places.length * orders);
		for (let i = 0, at = 0; i <= parts / 2; i++)
			for (const place of places) {
				const frequency = frequencies[place] as number;
				const rate = (Math.PI * frequency) / parts;
				const phase = (frequency * i) % (2 * parts);
				// Black, white and gray of one half stay as they are under waves that are 0 there.
				const sin = phase % parts === 0 ? 0 : (sine[phase] as number);
				const cos = cosine[phase] as number;
				values[at++] = sin;
				values[at++] = rate * cos;
				values[at++] = -(rate ** 2) * sin;
				values[at++] = -(rate ** 3) * cos;
			}
		return [places, values];
	};
	return { parts, halves: [half(0), half(1)] };
}

/** The sum of sines with coefficients, and its derivatives, at each point: `[parts + 1, orders]`. */
function sumAtPoints(
	{ parts, halves }: SineTable,
	coefficients: Float32Array,
	sums: Float64Array,
): void {
	sums.fill(0);
	const add = (to: number, value: number) => {
		sums[to] = (sums[to] as number) + value;
	};
	halves.forEach(([places, values], parity) => {
		const weights = Float64Array.from(places, (i) => coefficients[i] as number);
		const sign = parity === 1 ? 1 : -1;
		for (let i = 0, at = 0; i <= parts / 2; i++) {
			let [value, first, second, third] = [0, 0, 0, 0];
			for (let j = 0; j < weights.length; j++, at += orders) {
				const weight = weights[j] as number;
				value += weight * (values[at] as number);
				first += weight * (values[at + 1] as number);
				second += weight * (values[at + 2] as number);
				third += weight * (values[at + 3] as number);
			}
			add(orders * i, value);
			add(orders * i + 1, first);
			add(orders * i + 2, second);
			add(orders * i + 3, third);
			if (2 * i === parts) continue;
			const mirrored = orders * (parts - i);
			add(mirrored, sign * value);
			add(mirrored + 1, -sign * first);
			add(mirrored + 2, sign * second);
			add(mirrored + 3, -sign * third);
		}
	});
}

/** The polynomials between neighboring points, `[parts, terms]` from `at` on, the constant first: Hermite's. */
function interpolate(sums: Float64Array, curve: Float64Array, start: number) {
	const last = sums.length - orders;
	for (let from = 0, at = start; from < last; from += orders, at += terms) {
		const a = sums[from] as number;
		const b = sums[from + 1] as number;
		const c = (sums[from + 2] as number) / 2;
		const d = (sums[from + 3] as number) / 6;
		// What these four leave over at the end of the part.
		const value = (sums[from + 4] as number) - (a + b + c + d);
		const first = (sums[from + 5] as number) - (b + 2 * c + 3 * d);
		const second = (sums[from + 6] as number) - (2 * c + 6 * d);
		const third = (sums[from + 7] as number) - 6 * d;
		curve[at] = a;
		curve[at + 1] = b;
		curve[at + 2] = c;
		curve[at + 3] = d;
		curve[at + 4] = 35 * value - 15 * first + 2.5 * second - third / 6;
		curve[at + 5] = -84 * value + 39 * first - 7 * second + third / 2;
		curve[at + 6] = 70 * value - 34 * first + 6.5 * second - third / 2;
		curve[at + 7] = -20 * value + 10 * first - 2 * second + third / 6;
	}
}

/** The value of a curve, which starts at a place, at a position from 0 to `parts`. */
function valueAt(
	curve: Float64Array,
	{ start, parts }: { readonly start: number; readonly parts: number },
	position: number,
): number {
	const part = Math.min(Math.floor(position), parts - 1);
	const t = position - part;
	const at = start + terms * part;
	let value = curve[at + 7] as number;
	value = value * t + (curve[at + 6] as number);
	value = value * t + (curve[at + 5] as number);
	value = value * t + (curve[at + 4] as number);
	value = value * t + (curve[at + 3] as number);
	value = value * t + (curve[at + 2] as number);
	value = value * t + (curve[at + 1] as number);
	return value * t + (curve[at] as number);
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
	const { parts } = table;
	const length = coefficients.length / count / 3;
	const sums = new Float64Array(orders * (parts + 1));
	const curve = new Float64Array(3 * terms * parts);
	const places = [0, 1, 2].map((i) => ({ start: i * terms * parts, parts }));
	return (from, to, index) => {
		places.forEach(({ start }, channel) => {
			const first = (3 * index + channel) * length;
			const own = coefficients.subarray(first, first + length);
			sumAtPoints(table, own, sums);
			interpolate(sums, curve, start);
		});
		for (let pixel = 0; pixel < from.length; pixel += 3)
			for (let channel = 0; channel < 3; channel++) {
				const x = from[pixel + channel] as number;
				// The sum is odd and has period 2: its values on 0-1 are enough.
				const folded = x >= 0 && x <= 1 ? x : x - 2 * Math.floor(x / 2 + 0.5);
				const position = Math.abs(folded) * parts;
				const change = valueAt(curve, places[channel]!, position);
				const changed = folded < 0 ? x - change : x + change;
				to[pixel + channel] = clipped(changed);
			}
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
