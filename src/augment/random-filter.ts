import type * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { Random } from "../random.js";
import {
	drawRandomFilter,
	type RandomFilterOptions,
	randomFilterChecks,
} from "./draw-filter.js";
import { eachImage } from "./each-image.js";
import { filterPixels } from "./filter-pixels.js";

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
