import * as tf from "@tensorflow/tfjs";
import { drawNormal, drawUniform } from "../engine/random-tensor.js";
import type { Random } from "../random.js";

/** The norm that a change of an image is measured in. */
export type AttackNorm = "l2" | "linf";

/** The L2 norm of each image, `[batch, 1, 1, 1]`, never quite 0. */
const norms = (x: tf.Tensor4D): tf.Tensor4D =>
	tf.sqrt(tf.add(tf.sum(tf.square(x), [1, 2, 3], true), 1e-20));

/** A distance, in which changes are bounded: `by` is a number, or `[batch, 1, 1, 1]`. */
interface Ball {
	/** The step of length 1 along which a linear loss grows most. */
	uphill(gradient: tf.Tensor4D): tf.Tensor4D;
	within(change: tf.Tensor4D, by: tf.Tensor | number): tf.Tensor4D;
	/** A random change of length 1, or less. */
	start(shape: tf.Tensor4D["shape"], random: Random): tf.Tensor4D;
}

/** The balls of both norms, for changes of `[batch, height, width, channels]`. */
export const balls: Readonly<Record<AttackNorm, Ball>> = {
	l2: {
		uphill: (gradient) => tf.div(gradient, norms(gradient)),
		within: (change, by) =>
			tf.mul(change, tf.minimum(1, tf.div(by, norms(change)))),
		start(shape, random) {
			const drawn = drawNormal(shape, random) as tf.Tensor4D;
			return tf.div(drawn, norms(drawn));
		},
	},
	linf: {
		uphill: (gradient) => tf.sign(gradient),
		within: (change, by) => tf.maximum(tf.minimum(change, by), tf.neg(by)),
		start: (shape, random) =>
			tf.sub(tf.mul(drawUniform(shape, random) as tf.Tensor4D, 2), 1),
	},
};

/** The same values, cut off from what they were computed of: no gradient goes through. */
export function detached<T extends tf.Tensor>(x: T): T {
	return tf.customGrad(() => ({
		value: tf.clone(x),
		gradFunc: () => [],
	}))() as T;
}

/** How much larger than epsilon, that of 224 x 224 pixels, the change of each image may be: a number, or `[batch, 1, 1, 1]`. */
export function scaleOf(
	images: tf.Tensor4D,
	sizes?: tf.Tensor2D,
): tf.Tensor | number {
	if (!sizes) return Math.sqrt(images.shape[1] * images.shape[2]) / 224;
	const pixels = tf.prod(tf.cast(sizes, "float32"), 1);
	return tf.reshape(tf.div(tf.sqrt(pixels), 224), [-1, 1, 1, 1]);
}
