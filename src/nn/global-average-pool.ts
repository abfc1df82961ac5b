import * as tf from "@tensorflow/tfjs";

/** `[batch, height, width, channels]` to the mean of its pixels, `[batch, channels]`. */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
	return tf.mean(x, [1, 2]);
}
