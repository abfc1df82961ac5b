import * as tf from "@tensorflow/tfjs";

/** `x (1 + erf(x / sqrt 2)) / 2`, as `torch.nn.GELU`. */
export function gelu<T extends tf.Tensor>(x: T): T {
	const twice = tf.mul(x, tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));
	return tf.mul(twice, 0.5) as T;
}
