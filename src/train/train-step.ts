import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";

import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import type { Params } from "../nn/params.js";
import { Random } from "../random.js";
import type { BatchTargets, Task } from "../tasks/task.js";
import type { Batch } from "./batch.js";
import { consistencyOf, consistentLoss } from "./consistent-loss.js";
import type { Model } from "./model.js";
import {
	clipByNorm,
	type Gradients,
	makeOptimizer,
	type StepNumbers,
} from "./optimizer.js";
import { makeLoss } from "./output-loss.js";
import { batchNormModes, paramGroups } from "./param-groups.js";
import type { Recipe } from "./recipe.js";
import { regularization } from "./regularizer.js";
import { momentumAt, type Position, rateAt } from "./schedule.js";

/** Makes updates of a model, compiled. */
export interface TrainStep {
	/** What must be saved, besides the weights, for training to go on as if it had never stopped. */
	readonly slots: Params;
	/**
	 * One update from all parts of a batch, which it disposes of; the mean loss. The scheduled learning rates are
	 * multiplied by `scale`, 1 by default.
	 */
	update(
		position: Position,
		batch: (part: number) => Batch,
		scale?: number,
	): number;
	dispose(): void;
}

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
const modesOf = ({ head, backbone }: Model, recipe: Recipe) =>
	batchNormModes(recipe, backbone.architecture, (layer) =>
		Object.hasOwn(head, `${layer}.running_mean`),
	);

/** The weights that no step changes: neither trained, nor statistics of a batch norm in train mode. */
function unchanged(
	model: Model,
	trained: Params,
	recipe: Recipe,
): tf.Variable[] {
	const modeOf = modesOf(model, recipe);
	const statistic = /\.running_(mean|var)$/;
	return Object.entries(model.params)
		.filter(
			([name]) =>
				!Object.hasOwn(trained, name) &&
				(!statistic.test(name) ||
					modeOf(name.replace(statistic, "")) === "eval"),
		)
		.map(([, variable]) => variable);
}

function lossOf(
	task: Task,
	model: Model,
	{ recipe, random }: { recipe: Recipe; random: Random },
): (batch: Batch) => tf.Scalar {
	const { stochasticDepth: rate, transfer, reading } = recipe;
	const asked = consistencyOf(recipe);
	const isFixed = transfer === "fixed-feature" && reading === "as-described";
	const always: ForwardOptions = {
		training: { random },
		batchNorm: modesOf(model, recipe),
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

type Differentiate = (batch: Batch) => {
	readonly value: tf.Scalar;
	readonly gradients: Gradients;
};

function differentiator(
	loss: (batch: Batch) => tf.Scalar,
	trained: Params,
): Differentiate {
	return (batch) => {
		const { value, grads } = tf.variableGrads(
			() => loss(batch),
			Object.values(trained),
		);
		// Weights on which the loss does not depend have none.
		const gradients = Object.entries(trained)
			.map(([name, { name: unique }]) => [name, grads[unique]] as const)
			.filter(([, gradient]) => gradient);
		return { value, gradients: Object.fromEntries(gradients) as Gradients };
	};
}

type Apply = (gradients: Gradients, numbers: StepNumbers) => void;

/** Computes one part of a batch; the update comes with it or, where there are several, after all of them. */
interface Parts {
	part(batch: Batch, numbers: StepNumbers): tf.Scalar;
	finish(numbers: StepNumbers): void;
	dispose(): void;
}

function undivided(
	differentiate: Differentiate,
	apply: Apply,
	{ frozen }: { frozen: tf.Variable[] },
): Parts {
	const part = compile(
		(batch: Batch, numbers: StepNumbers) => {
			const { value, gradients } = differentiate(batch);
			apply(gradients, numbers);
			return value;
		},
		{ frozen },
	);
	return { part, finish: () => {}, dispose: () => part.dispose?.() };
}

function divided(
	differentiate: Differentiate,
	apply: Apply,
	{
		trained,
		frozen,
		count,
	}: { trained: Params; frozen: tf.Variable[]; count: number },
): Parts {
	const sums: Params = Object.fromEntries(
		Object.entries(trained).map(([name, { shape }]) => [
			name,
			tf.tidy(() => tf.variable(tf.zeros(shape), false)),
		]),
	);
	const reached: Params = {};
	const add = compile(
		(batch: Batch) => {
			const { value, gradients } = differentiate(batch);
			for (const [name, gradient] of Object.entries(gradients)) {
				const sum = sums[name] as tf.Variable;
				reached[name] = sum;
				sum.assign(tf.add(sum, tf.div(gradient, count)));
			}
			return value;
		},
		{ frozen },
	);
	const finish = compile((numbers: StepNumbers) => {
		apply(reached, numbers);
		// Zeros, computed: a compiled function makes no update of a plain constant.
		for (const sum of Object.values(reached)) sum.assign(tf.sub(sum, sum));
	});
	return {
		part: add,
		finish,
		dispose() {
			tf.dispose(sums);
			add.dispose?.();
			finish.dispose?.();
		},
	};
}

/**
 * Prepares the updates of a run; the variables of the model are changed in place.
 *
 * They must be as they are before the first step: regularizers remember them.
 */
export function makeTrainStep(
	task: Task,
	model: Model,
	recipe: Recipe,
): TrainStep {
	const { params, backbone, head } = model;
	const { gradientClip, accumulate, seed, schedule, learningRate } = recipe;
	const isHead = (name: string) => Object.hasOwn(head, name);
	const groups = paramGroups(params, backbone.architecture, { recipe, isHead });
	const names = groups.flatMap((group) => group.names);
	const trained = Object.fromEntries(
		names.map((name) => [name, params[name] as tf.Variable]),
	);
	const frozen = unchanged(model, trained, recipe);
	const optimizer = makeOptimizer(recipe.optimizer, params, groups);
	const random = new Random();
	const plain = lossOf(task, model, { recipe, random });
	const extra = regularization(recipe.regularizers, trained, isHead);
	const loss = extra
		? (batch: Batch): tf.Scalar => tf.add(plain(batch), extra())
		: plain;
	const differentiate = differentiator(loss, trained);
	const apply: Apply = (gradients, numbers) =>
		optimizer.update(
			gradientClip === null ? gradients : clipByNorm(gradients, gradientClip),
			numbers,
		);
	const parts =
		accumulate === 1
			? undivided(differentiate, apply, { frozen })
			: divided(differentiate, apply, { trained, frozen, count: accumulate });
	const numbersAt = (position: Position, scale: number): StepNumbers => {
		const rates = groups.map(
			({ multiplier }) =>
				scale * rateAt(position, learningRate * multiplier, recipe),
		);
		const momentum = momentumAt(position, optimizer.momentum, schedule);
		return optimizer.numbers(position.step + 1, rates, momentum);
	};
	return {
		slots: optimizer.slots,
		update(position, batchOf, scale = 1) {
			const numbers = numbersAt(position, scale);
			let total = 0;
			for (let part = 0; part < accumulate; part++) {
				const batch = batchOf(part);
				random.reseed("step", seed, position.step, part);
				const value = tf.tidy(() => parts.part(batch, numbers));
				total += value.dataSync()[0] as number;
				tf.dispose([value, batch as never]);
			}
			tf.tidy(() => parts.finish(numbers));
			tf.dispose(numbers);
			return total / accumulate;
		},
		dispose() {
			tf.dispose(optimizer.slots);
			extra?.dispose();
			parts.dispose();
		},
	};
}
