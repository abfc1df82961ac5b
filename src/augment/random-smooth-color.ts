import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, textOr, whole } from "../check/checks.js";
import type { Random } from "../random.js";

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

// Of the Taylor polynomial around each point of the table: a cubic.
const terms = 4;

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

// So close that the cubic is off by at most 3e-7 of each coefficient.
const points = (maximumCut: number): number =>
	2 ** Math.ceil(Math.log2(32 * maximumCut));

/**
 * `sin(pi k x)` and its Taylor coefficients, for each frequency k, at equally spaced x from 0 to 1.
 *
 * `[frequencies, (points + 1) · 4]`; the spacing suits frequencies up to `maximumCut`. The product of
 * coefficients and this table is a table of the colors' change.
 */
export function sineTable(
	frequencies: Int32Array,
	maximumCut = 500,
): tf.Tensor2D {
	const count = points(maximumCut);
	const sine = Float64Array.from({ length: 2 * count }, (_, i) =>
		i % count === 0 ? 0 : Math.sin((Math.PI * i) / count),
	);
	const width = (count + 1) * terms;
	const table = new Float32Array(frequencies.length * width);
	const wrap = 2 * count - 1;
	frequencies.forEach((frequency, row) => {
		const first = (Math.PI * frequency) / count;
		const second = -(first ** 2) / 2;
		const third = -(first ** 3) / 6;
		for (let i = 0, at = row * width; i <= count; i++, at += terms) {
			const phase = frequency * i;
			const sin = sine[phase & wrap] as number;
			const cos = sine[(phase + count / 2) & wrap] as number;
			table[at] = sin;
			table[at + 1] = first * cos;
			table[at + 2] = second * sin;
			table[at + 3] = third * cos;
		}
	});
	return tf.tensor2d(table, [frequencies.length, width]);
}

/**
 * `clip(x + sum over k of c_k sin(pi k x), 0, 1)`, for each image and channel with its own coefficients.
 *
 * Images are `[batch, height, width, 3]` of any range, coefficients `[batch, 3, frequencies]`, and the
 * table is that of `sineTable` for these frequencies. No term is off by more than 3e-7 of its coefficient.
 */
export function changeColors(
	images: tf.Tensor4D,
	coefficients: tf.Tensor3D,
	table: tf.Tensor2D,
): tf.Tensor4D {
	const [batch, height, width, channels] = images.shape;
	const [frequencies = 0, columns = 0] = table.shape;
	const rows = columns / terms;
	const size = batch * height * width * channels;
	const flat = tf.reshape(coefficients, [batch * channels, frequencies]);
	const changes = tf.reshape(tf.matMul(flat, table), [-1, terms]);
	// The sum is odd and has period 2: its values on 0-1 are enough.
	const folded = tf.sub(images, tf.mul(2, tf.round(tf.mul(0.5, images))));
	const position = tf.mul(rows - 1, tf.abs(folded));
	const nearest = tf.round(position);
	const starts = tf.broadcastTo(
		tf.reshape(tf.range(0, batch * channels, 1, "int32"), [
			batch,
			1,
			1,
			channels,
		]),
		images.shape,
	);
	const index = tf.add(
		tf.cast(nearest, "int32"),
		tf.mul(starts, tf.scalar(rows, "int32")),
	);
	const [value, first, second, third] = tf
		.unstack(tf.gather(changes, tf.reshape(index, [size])), 1)
		.map((column) => tf.reshape(column, images.shape)) as [
		tf.Tensor4D,
		tf.Tensor4D,
		tf.Tensor4D,
		tf.Tensor4D,
	];
	const rest = tf.sub(position, nearest);
	const slope = tf.add(
		first,
		tf.mul(rest, tf.add(second, tf.mul(rest, third))),
	);
	const change = tf.mul(tf.sign(folded), tf.add(value, tf.mul(rest, slope)));
	return tf.clipByValue(tf.add(images, change), 0, 1);
}

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
	const [count] = images.shape;
	const draw = drawRandomSmoothColor(count, random, options);
	return tf.tidy(() =>
		changeColors(
			images,
			tf.tensor3d(draw.coefficients, [count, 3, draw.frequencies.length]),
			sineTable(draw.frequencies, options.maximumCut),
		),
	);
}
