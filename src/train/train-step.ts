import * as tf from "@tensorflow/tfjs";
import { paramsOf } from "../backbones/backbone.js";
import type { ParamSpecs, Params } from "../nn/params.js";
import { Random } from "../random.js";
import type { Task } from "../tasks/task.js";
import { decayAt, type Following, following } from "./average.js";
import type { Batch } from "./batch.js";
import {
	type Apply,
	differentiator,
	makeParts,
	type StepInputs,
} from "./batch-parts.js";
import { afterwards } from "./held-out-step.js";
import { stepsOf } from "./length.js";
import { type Measurement, measurement } from "./measurement.js";
import type { Model } from "./model.js";
import { clipByNorm, makeOptimizer, type Optimizer } from "./optimizer.js";
import { type ParamGroup, paramGroups } from "./param-groups.js";
import type { Recipe } from "./recipe.js";
import { type Regularization, regularization } from "./regularizer.js";
import { momentumAt, type Position, rateAt } from "./schedule.js";
import { lossOf, modesOf } from "./training-loss.js";
import { factsBySpecs } from "./weight-facts.js";

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
	/** What must be measured on training batches before the first step, and again where it says so. */
	readonly measurements: readonly Measurement[];
	dispose(): void;
}

/** The weights that a step changes, trained or statistics of a batch norm in train mode, and the others. */
function divide(
	model: Model,
	trained: Params,
	recipe: Recipe,
): { readonly changing: Params; readonly frozen: tf.Variable[] } {
	const modeOf = modesOf(model, recipe);
	const statistic = /\.running_(mean|var)$/;
	const changes = (name: string): boolean =>
		Object.hasOwn(trained, name) ||
		(statistic.test(name) && modeOf(name.replace(statistic, "")) === "train");
	const all = Object.entries(model.params);
	return {
		changing: Object.fromEntries(all.filter(([name]) => changes(name))),
		frozen: all
			.filter(([name]) => !changes(name))
			.map(([, variable]) => variable),
	};
}

/** The batch norms and all else of a model, by PyTorch's names. */
const specsOf = ({ backbone, head }: Model): ParamSpecs => ({
	...paramsOf(backbone.architecture),
	...head,
});

/** What a train step is made of. */
interface Prepared {
	readonly recipe: Recipe;
	readonly groups: readonly ParamGroup[];
	readonly optimizer: Optimizer;
	readonly regularized: Regularization | undefined;
	readonly followed: Following | undefined;
	/** After how many updates the optimizer begins anew. */
	readonly restart: number | undefined;
}

/** What the compiled functions of a step are told. */
function numbersAt(
	{ recipe, groups, optimizer, regularized, followed, restart }: Prepared,
	position: Position,
	scale: number,
): StepInputs {
	const { learningRate, schedule, average } = recipe;
	const rates = groups.map(
		({ multiplier, scale: own = 1 }) =>
			scale * own * rateAt(position, learningRate * multiplier, recipe),
	);
	const momentum = momentumAt(position, optimizer.momentum, schedule);
	const step = position.step + 1;
	const since = restart ? (position.step % restart) + 1 : step;
	return {
		optimizer: optimizer.numbers(since, rates, momentum),
		...(regularized?.pull && { rates: tf.tensor1d(rates) }),
		...(followed && average && { kept: tf.scalar(decayAt(step, average)) }),
	};
}

/** What becomes of the gradients of a batch. */
function applying({
	recipe: { gradientClip },
	groups,
	optimizer,
	regularized,
	followed,
}: Prepared): Apply<StepInputs> {
	const groupOf = new Map(
		groups.flatMap(({ names }, group) =>
			names.map((name) => [name, group] as const),
		),
	);
	return (gradients, { optimizer: numbers, rates, kept }) => {
		const clipped =
			gradientClip === null ? gradients : clipByNorm(gradients, gradientClip);
		const rateOf = (name: string): tf.Scalar =>
			tf.reshape(tf.slice(rates as tf.Tensor1D, groupOf.get(name) ?? 0, 1), []);
		const pulled = regularized?.pull?.(clipped, rateOf) ?? clipped;
		optimizer.update(pulled, numbers);
		if (followed && kept && !optimizer.heldOut) followed.update(kept);
	};
}

/** After how many updates an optimizer that measures begins anew. */
function restartOf(
	{ measuring }: Optimizer,
	{ train }: Task,
	{ batchSize }: Recipe,
): number | undefined {
	const length = measuring?.every;
	return length && stepsOf({ length, batchSize }, train.length);
}

/**
 * Prepares the updates of a run; the variables of the model are changed in place.
 *
 * They must be as they are before the first step: regularizers and optimizers remember them. Where the recipe averages
 * weights, those of `average`, another model with the same values, become the averages; the caller disposes of it.
 */
export function makeTrainStep(
	task: Task,
	model: Model & { readonly average?: Model | undefined },
	recipe: Recipe,
): TrainStep {
	const { params, backbone, head } = model;
	const { accumulate: count, seed, average } = recipe;
	const isHead = (name: string) => Object.hasOwn(head, name);
	const groups = paramGroups(params, backbone.architecture, { recipe, isHead });
	const names = groups.flatMap((group) => group.names);
	const trained = Object.fromEntries(
		names.map((name) => [name, params[name] as tf.Variable]),
	);
	const { changing, frozen } = divide(model, trained, recipe);
	const factsOf = factsBySpecs(specsOf(model), isHead);
	const regularized = regularization(recipe.regularizers, {
		weights: trained,
		isHead,
		factsOf,
	});
	const followed =
		average && model.average
			? following(average, changing, model.average.params)
			: undefined;
	const optimizer = makeOptimizer(recipe.optimizer, params, {
		groups,
		factsOf,
	});
	const restart = restartOf(optimizer, task, recipe);
	const prepared = {
		...{ recipe, groups, optimizer, regularized, followed, restart },
	};
	const random = new Random();
	const plain = lossOf(task, model, { recipe, random });
	const extra = regularized?.loss;
	const loss = extra
		? (batch: Batch): tf.Scalar => tf.add(plain(batch), extra())
		: plain;
	const parts = makeParts(differentiator(loss, trained), applying(prepared), {
		trained,
		frozen,
		count,
	});
	const measurements = [
		...(regularized?.measuring ?? []),
		...(optimizer.measuring ? [optimizer.measuring] : []),
	].map((measuring) =>
		measurement(
			measuring,
			{ recipe, model },
			{
				trained,
				frozen,
				random,
				differentiate: differentiator(plain, trained),
			},
		),
	);
	const after = afterwards(task, optimizer, { model, recipe, followed });
	return {
		slots: { ...optimizer.slots, ...regularized?.slots, ...followed?.slots },
		measurements,
		update(position, batchOf, scale = 1) {
			const numbers = numbersAt(prepared, position, scale);
			let total = 0;
			for (let part = 0; part < count; part++) {
				const batch = batchOf(part);
				random.reseed("step", seed, position.step, part);
				const value = tf.tidy(() => parts.part(batch, numbers));
				total += value.dataSync()[0] as number;
				tf.dispose([value, batch as never]);
			}
			tf.tidy(() => parts.finish(numbers));
			after?.update(position, numbers);
			tf.dispose(numbers as never);
			return total / count;
		},
		dispose() {
			optimizer.dispose();
			regularized?.dispose();
			for (const one of measurements) one.dispose();
			parts.dispose();
			after?.dispose();
		},
	};
}
