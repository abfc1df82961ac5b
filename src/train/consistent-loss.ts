import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";
import { type Check, isRecord } from "../check/check-options.js";
import { keyed, number, orNull } from "../check/checks.js";
import { jensenShannon } from "../nn/jensen-shannon.js";
import { type Consistency, consistencyChecks } from "../tasks/consistency.js";
import type { BatchTargets, Network, Task } from "../tasks/task.js";
import type { Recipe } from "./recipe.js";

const whole = keyed(consistencyChecks);
const weight = number({ from: 0 });

/** The check of the consistency of a recipe. */
export const consistencyCheck: Check = orNull({
	expected: `${weight.expected}, or ${whole.expected}`,
	problems: (value, name, words) =>
		(isRecord(value) ? whole : weight).problems(value, name, words),
});

/** What a recipe asks, a bare weight being that of three views; undefined where it asks nothing. */
export function consistencyOf({
	consistency,
}: Pick<Recipe, "consistency">): Consistency | undefined {
	return typeof consistency === "number"
		? { weight: consistency }
		: (consistency ?? undefined);
}

/** How many views of each image a batch holds, one after the other. */
export const viewsOf = (recipe: Pick<Recipe, "consistency">): number => {
	const asked = consistencyOf(recipe);
	return asked ? (asked.views ?? 3) : 1;
};

/** The views in an output, and the mean loss of those that are supervised. */
function supervisedLoss(
	output: tf.Tensor,
	{ views: count = 3, supervise = "clean" }: Consistency,
	ofOutput: (output: tf.Tensor) => tf.Scalar,
): { readonly views: tf.Tensor[]; readonly loss: tf.Scalar } {
	const views = tf.split(output, count);
	const supervised = supervise === "all" ? views : views.slice(0, 1);
	const losses = supervised.map(ofOutput);
	const loss =
		losses.length === 1
			? (losses[0] as tf.Scalar)
			: (tf.div(tf.addN(losses), count) as tf.Scalar);
	return { views, loss };
}

/** The consistency of a task whose loss is one of its output alone. */
export const outputConsistency =
	(task: Task): NonNullable<Task["consistency"]> =>
	(network, { images, targets, consistency }, options) => {
		const output = task.forward(network, images, options) as tf.Tensor;
		const { views, loss } = supervisedLoss(
			output,
			consistency,
			(view) => task.outputLoss?.(view, targets) as tf.Scalar,
		);
		return { loss, divergence: jensenShannon(views, { weight: 1 }) };
	};

/**
 * The loss of a batch that holds views of each image, the clean ones first, and the weighted divergence of what the
 * network says of them: by the task's own `consistency`, or of the output where a loss of that alone is given.
 */
export function consistentLoss(
	task: Task,
	network: Network,
	{
		asked,
		ofOutput,
	}: {
		readonly asked: Consistency;
		/** The loss of the output, in place of the task's `consistency`. */
		readonly ofOutput:
			| ((output: tf.Tensor, targets: BatchTargets) => tf.Scalar)
			| undefined;
	},
): (
	images: tf.Tensor4D,
	targets: BatchTargets,
	options: ForwardOptions,
) => tf.Scalar {
	const { weight } = asked;
	if (!ofOutput)
		return (images, targets, options) => {
			const batch = { images, targets, consistency: asked };
			const found = task.consistency?.(network, batch, options);
			if (!found) throw new Error(`the task ${task.name} has no consistency`);
			return tf.add(found.loss, tf.mul(found.divergence, weight));
		};
	return (images, targets, options) => {
		const output = task.forward(network, images, options) as tf.Tensor;
		const { views, loss } = supervisedLoss(output, asked, (view) =>
			ofOutput(view, targets),
		);
		return tf.add(loss, jensenShannon(views, { weight })) as tf.Scalar;
	};
}
