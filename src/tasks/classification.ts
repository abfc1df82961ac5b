import * as tf from "@tensorflow/tfjs";
import { headOf, paramsOf } from "../backbones/backbone.js";
import { oneOf } from "../check/checks.js";
import { markDerived } from "../code-text.js";
import { linear } from "../nn/linear.js";
import { meanEntropy } from "../nn/mean-entropy.js";
import { accuracy, meanPerClass, meanPerClassName } from "./accuracy.js";
import { classShares } from "./class-shares.js";
import type { BatchTargets, Task } from "./task.js";

/** What all classification tasks have in common: targets and predictions are indices of classes. */
export type Classification = Pick<
	Task<number, number, tf.Tensor>,
	| "metricName"
	| "metric"
	| "headParams"
	| "outputLoss"
	| "forward"
	| "entropy"
	| "predictions"
	| "confidences"
	| "batchTargets"
>;

function crossEntropy(
	logits: tf.Tensor,
	{ labels }: BatchTargets,
	classes: number,
): tf.Scalar {
	return tf.losses.softmaxCrossEntropy(
		classShares(labels as tf.Tensor, classes),
		logits,
	);
}

/** Which number of some is the largest: the first of equal ones, or the first NaN, as in NumPy and PyTorch. */
function placeOfLargest(values: ArrayLike<number>): number {
	let best = 0;
	for (let i = 0; i < values.length; i++) {
		const value = values[i]!;
		if (Number.isNaN(value)) return i;
		if (value > values[best]!) best = i;
	}
	return best;
}

/** The class of the largest logit of each image; here, since there are too few for the engine to be worth its calls. */
function largestPlaces(logits: tf.Tensor): number[] {
	if (logits.rank !== 2)
		return tf.tidy(() => Array.from(tf.argMax(logits, 1).dataSync()));
	const [images = 0, classes = 0] = logits.shape;
	const values = logits.dataSync();
	return Array.from({ length: images }, (_, i) =>
		placeOfLargest(values.subarray(i * classes, (i + 1) * classes)),
	);
}

/** The largest softmax of each image; none of an output that is no logits of these classes, as of a varied network. */
function largestShares(
	logits: tf.Tensor,
	classes: number,
): Float32Array | undefined {
	if (!(logits instanceof tf.Tensor) || logits.rank !== 2) return undefined;
	const [images = 0, columns] = logits.shape;
	if (columns !== classes) return undefined;
	const values = logits.dataSync<"float32">();
	return Float32Array.from({ length: images }, (_, i) => {
		const own = values.subarray(i * classes, (i + 1) * classes);
		const largest = own.reduce((most, value) => Math.max(most, value));
		return 1 / own.reduce((sum, value) => sum + Math.exp(value - largest), 0);
	});
}

const metrics = { accuracy, [meanPerClassName]: meanPerClass };

/** What may be the score of classification; the other figure is among the details. */
export type ClassificationMetric = keyof typeof metrics;

/** The check of a metric among options. */
export const metricCheck = oneOf(Object.keys(metrics));

/**
 * Classification into classes, by their names or their number: one linear layer on the pooled features of the
 * backbone, under the name and with the initial distribution of the architecture's own; cross-entropy; accuracy.
 *
 * The accuracy of each class is among the details where the names are given. The labels of the loss are indices,
 * `[batch]`, or the share that each class has of an image, `[batch, classes]`.
 */
export function classification(
	given: number | readonly string[],
	metricName: ClassificationMetric = "accuracy",
): Classification {
	const [classes, names] =
		typeof given === "number" ? [given, []] : [given.length, given];
	return {
		metricName,
		metric: () => metrics[metricName](names),
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
		entropy: (logits) => meanEntropy(logits),
		outputLoss: (logits, targets) =>
			tf.tidy(() => crossEntropy(logits, targets, classes)),
		predictions: largestPlaces,
		// The id of a row does not depend on it, which follows from the network's output.
		confidences: markDerived((logits: tf.Tensor) =>
			largestShares(logits, classes),
		),
		batchTargets: (targets) => ({
			labels: tf.tensor1d([...targets], "int32"),
		}),
	};
}
