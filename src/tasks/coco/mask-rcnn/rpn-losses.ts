import * as tf from "@tensorflow/tfjs";
import type { RpnOutput } from "./rpn-head.js";
import type { RpnTargets } from "./rpn-targets.js";
import { smoothL1 } from "./smooth-l1.js";

/** The losses of the region proposal network, means over the examples of the batch. */
export interface RpnLosses {
	readonly objectness: tf.Scalar;
	readonly boxes: tf.Scalar;
}

/**
 * Cross-entropy of whether there is an object, and the distance of the deltas from those wanted, summed over
 * the four; both are divided by the number of all examples.
 *
 * Source: `loss_single` of mmdetection's `AnchorHead`, `compute_loss` of torchvision.
 */
export function rpnLosses(
	{ objectness, deltas }: RpnOutput,
	targets: RpnTargets,
	beta: number,
): RpnLosses {
	const { indices, labels, count } = targets;
	const logits = tf.gather(tf.reshape(objectness, [-1]), indices);
	const found = tf.gather(tf.reshape(deltas, [-1, 4]), indices);
	// The label is also the sign, so that this is -log(sigmoid(x)) or -log(1 - sigmoid(x)).
	const entropy = tf.softplus(tf.neg(tf.mul(logits, labels)));
	const isObject = tf.expandDims(tf.relu(labels), 1);
	const distance = smoothL1(found, targets.deltas, beta);
	return {
		objectness: tf.div(tf.sum(tf.mul(entropy, tf.abs(labels))), count),
		boxes: tf.div(tf.sum(tf.mul(distance, isObject)), count),
	};
}
