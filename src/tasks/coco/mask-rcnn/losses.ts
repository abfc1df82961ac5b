import * as tf from "@tensorflow/tfjs";
import type { RpnTargets } from "./anchors.js";
import type { BoxOutput } from "./region-heads.js";
import type { RegionSamples } from "./region-targets.js";
import type { RpnOutput } from "./rpn.js";

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

/** The losses of the second stage. */
export interface RegionLosses {
	readonly classes: tf.Scalar;
	readonly boxes: tf.Scalar;
	readonly masks: tf.Scalar;
}

/** `[batch, most]`: 1 for the first `counts` of each row, 0 for the rest. */
function firstOnes(counts: tf.Tensor1D, most: number): tf.Tensor2D {
	const places = tf.expandDims(tf.range(0, most, 1, "int32"), 0);
	return tf.cast(tf.less(places, tf.expandDims(counts, 1)), "float32");
}

const mean = (values: tf.Tensor, isCounted: tf.Tensor): tf.Scalar =>
	tf.div(tf.sum(tf.mul(values, isCounted)), tf.maximum(tf.sum(isCounted), 1));

/**
 * Binary cross-entropy of masks: a mean over the pixels of the regions that are real.
 *
 * `logits` and `wanted`, from 0 to 1, are `[regions, 28, 28]`, `isReal` `[regions]`. Source: the loss of mmdetection's
 * `FCNMaskHead`, `maskrcnn_loss` of torchvision.
 */
export function maskLoss(
	logits: tf.Tensor3D,
	wanted: tf.Tensor3D,
	isReal: tf.Tensor1D,
): tf.Scalar {
	// log(1 + exp(x)) - x t, for the target t.
	const errors = tf.sub(tf.softplus(logits), tf.mul(logits, wanted));
	return mean(tf.mean(errors, [1, 2]), isReal);
}

/**
 * Cross-entropy of the class, a mean over the regions of the batch, and the distance of the deltas of the right
 * class from those wanted, summed over the four and divided by the number of regions.
 *
 * Source: the loss of mmdetection's `BBoxHead`, `fastrcnn_loss` of torchvision.
 */
export function boxLosses(
	{ logits, deltas }: BoxOutput,
	samples: RegionSamples,
	beta: number,
): Omit<RegionLosses, "masks"> {
	const [batch, count] = samples.labels.shape;
	const isReal = tf.reshape(firstOnes(samples.counts, count), [-1]);
	const labels = tf.reshape(samples.labels, [-1]) as tf.Tensor1D;
	const classes = deltas.shape[1];
	const wanted = tf.oneHot(labels, classes + 1);
	const entropy = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), wanted), 1));

	// The background, whose index is beyond the classes, chooses none.
	const own = tf.expandDims(tf.oneHot(labels, classes), 2);
	const found = tf.sum(tf.mul(deltas, own), 1);
	const distance = smoothL1(
		found,
		tf.reshape(samples.deltas, [batch * count, 4]),
		beta,
	);
	return {
		classes: mean(entropy, isReal),
		boxes: mean(tf.sum(distance, 1), isReal),
	};
}
