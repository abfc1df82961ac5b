import * as tf from "@tensorflow/tfjs";
import { headOf, paramsOf } from "../backbones/backbone.js";
import { linear } from "../nn/linear.js";
import { accuracy } from "./accuracy.js";
import type { BatchTargets, Task } from "./task.js";

/** What all classification tasks have in common: targets and predictions are indices of classes. */
export type Classification = Pick<
	Task<number, number, tf.Tensor>,
	| "metricName"
	| "metric"
	| "headParams"
	| "outputLoss"
	| "forward"
	| "predictions"
	| "batchTargets"
>;

function crossEntropy(
	logits: tf.Tensor,
	{ labels }: BatchTargets,
	classes: number,
): tf.Scalar {
	const wanted = tf.oneHot(labels as tf.Tensor1D, classes);
	return tf.losses.softmaxCrossEntropy(wanted, logits);
}

/**
 * Classification into a number of classes: one linear layer on the pooled features of the backbone, under
 * the name and with the initial distribution of the architecture's own; cross-entropy; accuracy.
 */
export function classification(classes: number): Classification {
	return {
		metricName: "accuracy",
		metric: accuracy,
		headParams({ architecture }) {
			const head = headOf(architecture);
			const specs = Object.entries(paramsOf({ ...architecture, classes }));
			return Object.fromEntries(
				specs.filter(([name]) => name.startsWith(`${head}.`)),
			);
		},
		forward: ({ params, backbone }, images, options) =>
			tf.tidy(() =>
				linear(
					params,
					headOf(backbone.architecture),
					backbone.features(images, options),
				),
			),
		outputLoss: (logits, targets) =>
			tf.tidy(() => crossEntropy(logits, targets, classes)),
		predictions: (logits) =>
			tf.tidy(() => Array.from(tf.argMax(logits, 1).dataSync())),
		batchTargets: (targets) => ({
			labels: tf.tensor1d([...targets], "int32"),
		}),
	};
}
