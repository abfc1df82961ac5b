import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";
import { normalize } from "../nn/normalize.js";
import type { Params } from "../nn/params.js";
import { Random } from "../random.js";
import type { BatchTargets, Task } from "../tasks/task.js";
import type { Batch } from "./batch.js";
import { consistencyOf, consistentLoss } from "./consistent-loss.js";
import { type Model, withParams } from "./model.js";
import { makeLoss } from "./output-loss.js";
import { batchNormModes } from "./param-groups.js";
import type { Recipe } from "./recipe.js";

type Loss = (
	images: tf.Tensor4D,
	targets: BatchTargets,
	options: ForwardOptions,
) => tf.Scalar;

type OfOutput = (output: tf.Tensor, targets: BatchTargets) => tf.Scalar;

/** The recipe's loss of the network's output, or the task's; checkRecipe has made sure that the task has one. */
const lossOfOutput = (task: Task, { loss }: Recipe): OfOutput =>
	loss
		? makeLoss(loss, task.classes)
		: (output, targets) => task.outputLoss?.(output, targets) as tf.Scalar;

/** The modes of all batch norms, by the name of the layer. */
export const modesOf = ({ head, backbone }: Model, recipe: Recipe) =>
	batchNormModes(recipe, backbone.architecture, (layer) =>
		Object.hasOwn(head, `${layer}.running_mean`),
	);

/** The gradients of the loss of a batch at other values of some weights, the network being in eval mode. */
export function slopesOf(
	task: Task,
	model: Model,
	recipe: Recipe,
): (
	batch: Batch,
	values: Readonly<Record<string, tf.Tensor>>,
) => Record<string, tf.Tensor> {
	const ofOutput = lossOfOutput(task, recipe);
	const random = new Random("held-out");
	return ({ images, targets, sizes }, values) => {
		const names = Object.keys(values);
		const options: ForwardOptions = {
			...(sizes && { sizes }),
			...(!task.outputLoss && { training: { random } }),
		};
		const lossAt = (...tensors: tf.Tensor[]): tf.Tensor => {
			const changed = names.map((name, i) => [name, tensors[i]] as const);
			const network = withParams(model, {
				...model.params,
				...(Object.fromEntries(changed) as Params),
			});
			const seen = normalize(images, task.normalization);
			return recipe.loss
				? ofOutput(task.forward(network, seen, options) as tf.Tensor, targets)
				: task.loss(network, { images: seen, targets }, options);
		};
		const { grads } = tf
			.engine()
			.gradients(
				() => lossAt(...Object.values(values)),
				Object.values(values),
				undefined,
				true,
			);
		return Object.fromEntries(
			names.flatMap((name, i) => {
				const slope = grads[i];
				return slope ? [[name, slope] as const] : [];
			}),
		);
	};
}

/** The loss of a batch by a model, as a recipe has it, regularizers left out; `random` is reseeded for each part. */
export function lossOf(
	task: Task,
	model: Model,
	{ recipe, random }: { recipe: Recipe; random: Random },
): (batch: Batch) => tf.Scalar {
	const { stochasticDepth: rate, transfer, reading, checkpointing } = recipe;
	const asked = consistencyOf(recipe);
	const isFixed = transfer === "fixed-feature" && reading === "as-described";
	const always: ForwardOptions = {
		training: { random },
		batchNorm: modesOf(model, recipe),
		...(checkpointing && { checkpointing }),
		...(rate > 0 && !isFixed && { stochasticDepth: { rate, random } }),
	};
	const ofOutput = lossOfOutput(task, recipe);
	const plain: Loss = (images, targets, options) =>
		recipe.loss
			? ofOutput(task.forward(model, images, options) as tf.Tensor, targets)
			: task.loss(model, { images, targets }, options);
	const isOfOutput = recipe.loss !== undefined || !task.consistency;
	const loss = asked
		? consistentLoss(task, model, {
				asked,
				ofOutput: isOfOutput ? ofOutput : undefined,
			})
		: plain;
	return ({ images, targets, sizes }) =>
		loss(normalize(images, task.normalization), targets, {
			...always,
			...(sizes && { sizes }),
		});
}
