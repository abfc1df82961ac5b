import * as tf from "@tensorflow/tfjs";

/** Mean and standard deviation of the red, green and blue of images with values in [0, 1]. */
export interface Normalization {
	readonly mean: readonly [number, number, number];
	readonly std: readonly [number, number, number];
}

/** What ImageNet backbones were trained with. */
export const imagenetNormalization: Normalization = Object.freeze({
	mean: [0.485, 0.456, 0.406] as const,
	std: [0.229, 0.224, 0.225] as const,
});

/** `(x - mean) / std`; `images` are `[batch, height, width, 3]`, RGB, in [0, 1]. */
export function normalize(
	images: tf.Tensor4D,
	{ mean, std }: Normalization = imagenetNormalization,
): tf.Tensor4D {
	return tf.div(tf.sub(images, [...mean]), [...std]);
}
