import * as tf from "@tensorflow/tfjs";
import { type Check, isRecord } from "../check/check-options.js";
import { list, number, oneOfKinds } from "../check/checks.js";
import { isOwn, type Makers, makeOf, type Own } from "../own.js";
import { classShares } from "../tasks/class-shares.js";
import type { BatchTargets } from "../tasks/task.js";
import { checkMade, orOwn } from "./own-check.js";

/**
 * Cross-entropy of images that belong to one class each, as `torch.nn.CrossEntropyLoss`; also of labels that are shares
 * of classes, such as mixed ones.
 */
export interface CrossEntropy {
	readonly name: "cross-entropy";
	/** The share of each image that is dealt out to all classes alike; 0 by default. */
	readonly labelSmoothing?: number;
	/**
	 * How much the images of each class count, in the order of the task's classes; alike by default. As in PyTorch, the
	 * mean is then divided by the weights of the labels, and by the number of images where labels are shares.
	 */
	readonly classWeights?: readonly number[];
}

/**
 * A loss of the network's output, in place of the task's own: the mean over the batch.
 *
 * Pure tensor operations, to be compiled. `output` is what the task's `forward` gives: `[batch, classes]` of a
 * classification, whose `targets` are `{ labels }`, `[batch]` int32 or, where images are mixed, `[batch, classes]`.
 */
export type OutputLoss = (
	output: tf.Tensor,
	targets: BatchTargets,
	about: {
		/** The names of the task's classes. */
		readonly classes: readonly string[];
	},
) => tf.Scalar;

/** The loss of a recipe: a built-in one, or one's own. */
export type RecipeLoss = CrossEntropy | Own<OutputLoss>;

function crossEntropy({
	labelSmoothing = 0,
	classWeights,
}: CrossEntropy): OutputLoss {
	return (output, { labels }, { classes }) => {
		if (!(labels instanceof tf.Tensor) || output.rank !== 2)
			throw new TypeError(
				"the cross-entropy of a recipe is of one class an image: the task needs an output [batch, classes] and `labels`",
			);
		const count = classes.length;
		const shares = classShares(labels, count);
		const smooth = tf.add(
			tf.mul(shares, 1 - labelSmoothing),
			labelSmoothing / count,
		);
		const logs = tf.logSoftmax(output);
		if (!classWeights) return tf.neg(tf.mean(tf.sum(tf.mul(smooth, logs), 1)));
		const weights = tf.tensor1d([...classWeights]);
		const terms = tf.sum(tf.mul(tf.mul(smooth, weights), logs), 1);
		if (labels.rank === 2) return tf.neg(tf.mean(terms));
		// Of images that all weigh nothing nothing is learned, where PyTorch divides by 0.
		const least = Math.min(...classWeights.filter((weight) => weight > 0));
		const weight = tf.maximum(tf.sum(tf.mul(shares, weights)), least);
		return tf.neg(tf.div(tf.sum(terms), weight));
	};
}

const losses: Makers<OutputLoss, CrossEntropy> = {
	"cross-entropy": crossEntropy,
};

/** The check of the loss of a recipe. */
export const lossCheck: Check = orOwn(
	Object.keys(losses),
	oneOfKinds<CrossEntropy, "name">("name", {
		"cross-entropy": {
			labelSmoothing: number({ from: 0, to: 1 }),
			classWeights: list(number({ from: 0 })),
		},
	}),
);

/** What of a loss, right by itself, does not go with a task of some classes. */
export function lossProblems(
	loss: unknown,
	classes: readonly string[],
): string[] {
	if (!isRecord(loss) || !Array.isArray(loss.classWeights) || isOwn(loss))
		return [];
	const weights: readonly number[] = loss.classWeights;
	const problems: [boolean, string][] = [
		[
			weights.length !== classes.length,
			`loss.classWeights are ${weights.length}, but the task has ${classes.length} classes`,
		],
		[
			!weights.some((weight) => weight > 0),
			"loss.classWeights are all 0, so that nothing is learned",
		],
	];
	return problems.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
}

/** Throws where what a function of one's own gives is no scalar. */
export function checkScalar(what: string, value: unknown): tf.Scalar {
	if (value instanceof tf.Tensor && value.rank === 0) return value as tf.Scalar;
	const found =
		value instanceof tf.Tensor
			? `a tensor [${value.shape.join(", ")}]`
			: `a value of type ${typeof value}`;
	throw new TypeError(
		`${what} must give a scalar tensor, such as a mean, not ${found}`,
	);
}

/** What the loss of a recipe is, for a task of these classes. */
export function makeLoss(
	loss: RecipeLoss,
	classes: readonly string[],
): (output: tf.Tensor, targets: BatchTargets) => tf.Scalar {
	const made = makeOf<OutputLoss, CrossEntropy>(loss, losses);
	checkMade(
		`the loss ${loss.name}`,
		typeof made === "function",
		"a function (output, targets, { classes }) => loss",
	);
	return (output, targets) =>
		checkScalar(`the loss ${loss.name}`, made(output, targets, { classes }));
}
