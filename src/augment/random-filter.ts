import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, that } from "../check/checks.js";
import type { Random } from "../random.js";
import {
	type ChangePixels,
	clipped,
	eachImage,
	type PixelSize,
} from "./each-image.js";

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
 * Kernels are `[count, side, side]`; cross-correlation, as in PyTorch.
 */
export function filterPixels(
	kernels: Float32Array,
	side: number,
	{ height, width }: PixelSize,
): ChangePixels {
	const reach = (side - 1) / 2;
	const row = 3 * width;
	const stride = row + 6 * reach;
	const padded = new Float64Array((height + 2 * reach) * stride);
	const sums = new Float64Array(row);
	// Three at a time take half the time of one; what fills up the last three has no weight.
	const taps = 3 * Math.ceil(side ** 2 / 3);
	const weights = new Float64Array(taps);
	const places = Int32Array.from({ length: taps }, (_, tap) =>
		tap < side ** 2 ? Math.floor(tap / side) * stride + 3 * (tap % side) : 0,
	);
	return (from, to, index) => {
		weights.set(kernels.subarray(index * side ** 2, (index + 1) * side ** 2));
		for (let y = 0; y < height; y++) {
			const values = from.subarray(y * row, (y + 1) * row);
			padded.set(values, (y + reach) * stride + 3 * reach);
		}
		for (let y = 0; y < height; y++) {
			sums.fill(0);
			for (let tap = 0; tap < taps; tap += 3) {
				const [wa, wb, wc] = [
					weights[tap]!,
					weights[tap + 1]!,
					weights[tap + 2]!,
				];
				const a = y * stride + places[tap]!;
				const b = y * stride + places[tap + 1]!;
				const c = y * stride + places[tap + 2]!;
				for (let x = 0; x < row; x++)
					sums[x] =
						sums[x]! +
						wa * padded[a + x]! +
						wb * padded[b + x]! +
						wc * padded[c + x]!;
			}
			for (let x = 0; x < row; x++) to[y * row + x] = clipped(sums[x]!);
		}
	};
}

/** Filters images `[batch, height, width, 3]` with kernels `[batch, side, side]`, as `filterPixels`. */
export const filterImages = (
	images: tf.Tensor4D,
	kernels: Float32Array,
): tf.Tensor4D =>
	eachImage(images, (size) =>
		filterPixels(kernels, Math.sqrt(kernels.length / images.shape[0]), size),
	);

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
	const { kernels } = drawRandomFilter(images.shape[0], random, options);
	return filterImages(images, kernels);
}
