import type * as tf from "@tensorflow/tfjs";
import { checkOptions } from "../check/check-options.js";
import type { ChangeImages } from "./augmentation.js";
import { eachImage } from "./each-image.js";
import { drawChains, type PrimeDraw } from "./prime-draw.js";
import {
	type PrimeOptions,
	primeChecks,
	primePresets,
} from "./prime-options.js";
import { mixPixels } from "./prime-pixels.js";
import { workOf } from "./prime-work.js";

/**
 * What PRIME makes of a draw, whoever drew it.
 *
 * Images are `[batch, height, width, 3]` in 0-1, before normalization, and so is the result. The draw
 * is that of `drawPrime` for the same shape and options. It runs outside compiled functions, which would keep a draw.
 */
export function primeMixture(
	options: PrimeOptions = primePresets.imagenet,
): (images: tf.Tensor4D, draw: PrimeDraw) => tf.Tensor4D {
	return (images, draw) => {
		const work = workOf(draw, images.shape[1]);
		return eachImage(images, (size) => mixPixels(work, options, size));
	};
}

/**
 * PRIME: mixes each image with chains of random diffeomorphisms, smooth color changes and filters.
 *
 * Choose the engine first. Throws at the first call where no primitive is left, and where the
 * diffeomorphism is asked of images that are not square. For the two views of the Jensen-Shannon loss
 * call it twice. Modas et al., "PRIME: a few primitives can boost robustness to common corruptions",
 * 2022; amodas/PRIME-augmentations, `utils/prime.py`.
 */
export function prime(
	options: PrimeOptions = primePresets.imagenet,
): ChangeImages {
	checkOptions("prime", options, primeChecks);
	const mixture = primeMixture(options);
	return (images, random) =>
		mixture(images, drawChains(images.shape, random, options));
}
