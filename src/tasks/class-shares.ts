import * as tf from "@tensorflow/tfjs";

/**
 * The share that each class has of an image, `[batch, classes]`: of labels that are indices of classes, `[batch]`, or
 * that are such shares, which are returned as they are; throws for others.
 */
export function classShares(labels: tf.Tensor, classes: number): tf.Tensor2D {
	if (labels.rank === 1)
		return tf.oneHot(labels as tf.Tensor1D, classes) as tf.Tensor2D;
	if (labels.rank === 2 && labels.shape[1] === classes)
		return labels as tf.Tensor2D;
	throw new RangeError(
		`labels must be indices of classes, [batch], or the share of each class, [batch, ${classes}], not [${labels.shape.join(", ")}]`,
	);
}
