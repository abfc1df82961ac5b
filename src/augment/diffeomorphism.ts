import type * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { Random } from "../random.js";
import { type Displacement, deformPixels } from "./deform-pixels.js";
import { displacement } from "./displacement.js";
import {
	type DiffeomorphismOptions,
	diffeomorphismChecks,
	drawDiffeomorphism,
	sideOfSquare,
} from "./draw-diffeomorphism.js";
import { eachImage } from "./each-image.js";

/** Moves the pixels of images `[batch, size, size, 3]` along a field, which `displacement` makes. */
export const deform = (images: tf.Tensor4D, field: Displacement): tf.Tensor4D =>
	eachImage(images, (size) => deformPixels(field, size));

/**
 * Moves the pixels of all images along one random smooth field: the spatial primitive of PRIME.
 *
 * Images are `[batch, size, size, 3]`. Throws where they are not square. Petrini et al., "Relative
 * stability toward diffeomorphisms indicates performance in deep nets", 2021; Modas et al., "PRIME",
 * 2022, section 4.
 */
export function diffeomorphism(
	images: tf.Tensor4D,
	random: Random,
	options: DiffeomorphismOptions = {},
): tf.Tensor4D {
	checkOptions("diffeomorphism", options, diffeomorphismChecks);
	const size = sideOfSquare(images.shape);
	const draw = drawDiffeomorphism(size, random, options);
	return deform(images, displacement(size, draw));
}
