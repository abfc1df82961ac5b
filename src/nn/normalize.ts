import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { keyed, list, number, required } from "../check/checks.js";

/** Mean and standard deviation of the red, green and blue of images with values in [0, 1]. */
export interface Normalization {
	readonly mean: readonly [number, number, number];
	readonly std: readonly [number, number, number];
}

const checks: Checks<Normalization> = {
	mean: required(list(number(), { length: 3 })),
	std: required(list(number({ above: 0 }), { length: 3 })),
};
/** The check of a normalization among options. */
export const normalizationCheck = keyed(checks);

/** What ImageNet backbones were trained with. */
export const imagenetNormalization: Normalization = Object.freeze({
	mean: [0.485, 0.456, 0.406] as const,
	std: [0.229, 0.224, 0.225] as const,
});

/** `(x - mean) / std`; `images` are `[batch, height, width, 3]`, RGB, in [0, 1]. */
export function normalize(
	images: tf.Tensor4D,
	normalization: Normalization = imagenetNormalization,
): tf.Tensor4D {
	checkOptions("normalize", normalization, checks);
	const { mean, std } = normalization;
	return tf.div(tf.sub(images, [...mean]), [...std]);
}
