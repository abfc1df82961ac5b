import * as tf from "@tensorflow/tfjs";

/**
 * 1 at the positions of a feature map that begin within the image before padding, 0 elsewhere:
 * `[batch, height, width]`.
 *
 * `map` and `images` are `[batch, height, width, ...]`, padded at the bottom and on the right; `sizes` are the heights and
 * widths of the images before that, `[batch, 2]`.
 */
export function shownPositions(
	{ shape: [batch, height, width] }: tf.Tensor4D,
	{ shape: [, padded] }: tf.Tensor4D,
	sizes: tf.Tensor2D,
): tf.Tensor3D {
	const ends = tf.div(sizes, padded / height);
	const within = (axis: number, length: number): tf.Tensor2D =>
		tf.cast(
			tf.less(tf.range(0, length), tf.slice(ends, [0, axis], [batch, 1])),
			"float32",
		);
	return tf.mul(
		tf.reshape(within(0, height), [batch, height, 1]),
		tf.reshape(within(1, width), [batch, 1, width]),
	);
}
