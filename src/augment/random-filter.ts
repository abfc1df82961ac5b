import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, that } from "../check/checks.js";
import type { Random } from "../random.js";

/** How large and how strong the filter is. */
export interface RandomFilterOptions {
	/** Side of the kernel in pixels, odd; 3 by default. */
	readonly kernelSize?: number;
	/** The standard deviation of the kernel's entries is uniform in [0, sigma); 4 by default. */
	readonly sigma?: number;
	/**
	 * Where the kernel's unit impulse stands. PRIME's code puts it at `ceil(size / 2)`, one pixel below
	 * and to the right of the center, so that the image moves up and to the left: `"off-center"`, the
	 * default. `"center"` is what a filter near the identity would have.
	 */
	readonly impulse?: "off-center" | "center";
}

/** Checks of a random filter's options. */
export const randomFilterChecks: Checks<RandomFilterOptions> = {
	kernelSize: that(
		"an odd number of at least 3",
		(value) =>
			Number.isInteger(value) &&
			(value as number) % 2 === 1 &&
			(value as number) >= 3,
		"number",
	),
	sigma: number({ from: 0 }),
	impulse: oneOf(["off-center", "center"]),
};

/** What one random filter draws. */
export interface RandomFilterDraw {
	/** Shared by all images. */
	readonly sigma: number;
	/** `[count, kernelSize, kernelSize]`, one kernel per image, the impulse included. */
	readonly kernels: Float32Array;
}

/**
 * Draws one kernel per image: `sigma · N(0, 1) + impulse`.
 *
 * Source: amodas/PRIME-augmentations, `utils/rand_filter.py`.
 */
export function drawRandomFilter(
	count: number,
	random: Random,
	{
		kernelSize = 3,
		sigma = 4,
		impulse = "off-center",
	}: RandomFilterOptions = {},
): RandomFilterDraw {
	const deviation = random.uniform(0, sigma);
	const taps = kernelSize * kernelSize;
	const at = (impulse === "center" ? Math.floor : Math.ceil)(kernelSize / 2);
	const kernels = Float32Array.from(
		{ length: count * taps },
		(_, i) =>
			random.normal(0, deviation) +
			(i % taps === at * (kernelSize + 1) ? 1 : 0),
	);
	return { sigma: deviation, kernels };
}

/**
 * Filters each image with its own kernel, all channels alike, zeros beyond the border, and clips to 0-1.
 *
 * Images are `[batch, height, width, 3]`, kernels `[batch, size, size]`; cross-correlation, as in PyTorch.
 */
export function filterImages(
	images: tf.Tensor4D,
	kernels: tf.Tensor3D,
): tf.Tensor4D {
	const [, height, width, channels] = images.shape;
	const size = kernels.shape[1];
	const reach = (size - 1) / 2;
	const side = reach * channels;
	// Channels side by side in a row are one picture, whose neighbors are `channels` columns apart.
	const filtered = tf.unstack(images).map((image, i) => {
		const rows = tf.pad(tf.reshape(image, [1, height, width * channels, 1]), [
			[0, 0],
			[reach, reach],
			[side, side],
			[0, 0],
		]) as tf.Tensor4D;
		const kernel: tf.Tensor4D = tf.reshape(tf.slice(kernels, i, 1), [
			size,
			size,
			1,
			1,
		]);
		return tf.conv2d(rows, kernel, 1, "valid", "NHWC", [1, channels]);
	});
	return tf.clipByValue(tf.reshape(tf.concat(filtered), images.shape), 0, 1);
}

/**
 * Filters each image with a random kernel of its own: the spectral primitive of PRIME.
 *
 * Images are `[batch, height, width, 3]` in 0-1, and so is the result. Modas et al., "PRIME: a few
 * primitives can boost robustness to common corruptions", 2022, section 4.
 */
export function randomFilter(
	images: tf.Tensor4D,
	random: Random,
	options: RandomFilterOptions = {},
): tf.Tensor4D {
	checkOptions("randomFilter", options, randomFilterChecks);
	const [count] = images.shape;
	const { kernelSize = 3 } = options;
	const { kernels } = drawRandomFilter(count, random, options);
	return tf.tidy(() =>
		filterImages(images, tf.tensor3d(kernels, [count, kernelSize, kernelSize])),
	);
}
