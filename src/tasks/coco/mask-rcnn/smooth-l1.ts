import * as tf from "@tensorflow/tfjs";

/**
 * `(x - y)^2 / (2 beta)` where `|x - y|` is below `beta`, `|x - y| - beta / 2` elsewhere; for `beta` 0 the
 * absolute difference.
 *
 * Source: `torch.nn.functional.smooth_l1_loss` with reduction "none".
 */
export function smoothL1<T extends tf.Tensor>(x: T, y: T, beta: number): T {
	const distance = tf.abs(tf.sub(x, y));
	if (beta === 0) return distance as T;
	const near = tf.minimum(distance, beta);
	return tf.mul(tf.sub(distance, tf.div(near, 2)), tf.div(near, beta)) as T;
}
