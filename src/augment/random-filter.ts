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

/** An image with its border: where it begins is the pixel above and to the left of all that a kernel reaches. */
interface Bordered {
	readonly values: Float64Array;
	/** From one row to the next. */
	readonly stride: number;
}

/** The nine weighted values around each pixel, in the order of the kernel; three times as fast as `sumTaps`. */
function sumNine(
	{ values, stride }: Bordered,
	kernel: Float64Array,
	to: Float32Array,
): void {
	const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = kernel as unknown as number[];
	const row = stride - 6;
	for (let y = 0, at = 0; at < to.length; y++) {
		let a = y * stride;
		for (const end = at + row; at < end; at++, a++) {
			const b = a + stride;
			const c = b + stride;
			to[at] = clipped(
				w0! * values[a]! +
					w1! * values[a + 3]! +
					w2! * values[a + 6]! +
					w3! * values[b]! +
					w4! * values[b + 3]! +
					w5! * values[b + 6]! +
					w6! * values[c]! +
					w7! * values[c + 3]! +
					w8! * values[c + 6]!,
			);
		}
	}
}

/** As `sumNine`, for a kernel of any side. */
function sumTaps(
	{ values, stride }: Bordered,
	kernel: Float64Array,
	to: Float32Array,
): void {
	const side = Math.sqrt(kernel.length);
	const row = stride - 3 * (side - 1);
	const sums = new Float64Array(row);
	for (let y = 0, start = 0; start < to.length; y++, start += row) {
		sums.fill(0);
		for (let tap = 0; tap < kernel.length; tap++) {
			const weight = kernel[tap]!;
			const from = (y + Math.floor(tap / side)) * stride + 3 * (tap % side);
			for (let x = 0; x < row; x++)
				sums[x] = sums[x]! + weight * values[from + x]!;
		}
		for (let x = 0; x < row; x++) to[start + x] = clipped(sums[x]!);
	}
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
	const values = new Float64Array((height + 2 * reach) * stride);
	const kernel = new Float64Array(side ** 2);
	const sum = side === 3 ? sumNine : sumTaps;
	return (from, to, index) => {
		kernel.set(kernels.subarray(index * side ** 2, (index + 1) * side ** 2));
		for (let y = 0; y < height; y++) {
			const line = from.subarray(y * row, (y + 1) * row);
			values.set(line, (y + reach) * stride + 3 * reach);
		}
		sum({ values, stride }, kernel, to);
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
