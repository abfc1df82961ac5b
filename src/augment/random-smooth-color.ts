import type * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { Random } from "../random.js";
import { changePixelColors } from "./color-pixels.js";
import {
	drawRandomSmoothColor,
	type RandomSmoothColorDraw,
	type RandomSmoothColorOptions,
	randomSmoothColorChecks,
} from "./draw-smooth-color.js";
import { eachImage } from "./each-image.js";
import { sineTable } from "./sine-curves.js";

/** Changes the colors of images `[batch, height, width, 3]`, as `changePixelColors`. */
export const changeColors = (
	images: tf.Tensor4D,
	{
		frequencies,
		coefficients,
	}: Pick<RandomSmoothColorDraw, "frequencies" | "coefficients">,
): tf.Tensor4D =>
	eachImage(images, (size) =>
		changePixelColors(coefficients, sineTable(frequencies), size),
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
