import * as tf from "@tensorflow/tfjs";

/**
 * The mean entropy of the softmax of logits `[..., classes]`, in nats, as a scalar; with `counts`, of the same shape but
 * the last axis, 1 for what counts and 0 for what does not, the mean over what does.
 */
export function meanEntropy(logits: tf.Tensor, counts?: tf.Tensor): tf.Scalar {
	return tf.tidy(() => {
		const logs = tf.logSoftmax(logits);
		const each = tf.neg(tf.sum(tf.mul(tf.exp(logs), logs), -1));
		if (!counts) return tf.mean(each);
		const sum = tf.sum(tf.mul(each, counts));
		return tf.div(sum, tf.maximum(tf.sum(counts), 1));
	});
}
