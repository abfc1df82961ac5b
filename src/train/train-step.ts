import * as tf from "@tensorflow/tfjs";
import type { Params } from "../nn/params.js";
import { Random } from "../random.js";
import type { Task } from "../tasks/task.js";
import { decayAt, following } from "./average.js";
import type { Batch } from "./batch.js";
import {
	type Apply,
	differentiator,
	makeParts,
	type StepInputs,
} from "./batch-parts.js";
import type { Model } from "./model.js";
import { clipByNorm, makeOptimizer } from "./optimizer.js";
import { paramGroups } from "./param-groups.js";
import type { Recipe } from "./recipe.js";
import { regularization } from "./regularizer.js";
import { momentumAt, type Position, rateAt } from "./schedule.js";
import { lossOf, modesOf } from "./training-loss.js";

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

/**
 * Prepares the updates of a run; the variables of the model are changed in place.
 *
 * They must be as they are before the first step: regularizers remember them. Where the recipe averages weights, those
 * of `average`, another model with the same values, become the averages; the caller disposes of it.
 */
export function makeTrainStep(
	task: Task,
	model: Model & { readonly average?: Model | undefined },
	recipe: Recipe,
): TrainStep {
	const { params, backbone, head } = model;
	const { gradientClip, accumulate, seed, schedule, learningRate } = recipe;
	const { average } = recipe;
	const isHead = (name: string) => Object.hasOwn(head, name);
	const groups = paramGroups(params, backbone.architecture, { recipe, isHead });
	const names = groups.flatMap((group) => group.names);
	const trained = Object.fromEntries(
		names.map((name) => [name, params[name] as tf.Variable]),
	);
	const { changing, frozen } = divide(model, trained, recipe);
	const optimizer = makeOptimizer(recipe.optimizer, params, groups);
	const random = new Random();
	const plain = lossOf(task, model, { recipe, random });
	const extra = regularization(recipe.regularizers, trained, isHead);
	const loss = extra
		? (batch: Batch): tf.Scalar => tf.add(plain(batch), extra())
		: plain;
	const differentiate = differentiator(loss, trained);
	const followed =
		average && model.average
			? following(average, changing, model.average.params)
			: undefined;
	const apply: Apply = (gradients, { optimizer: numbers, kept }) => {
		optimizer.update(
			gradientClip === null ? gradients : clipByNorm(gradients, gradientClip),
			numbers,
		);
		if (followed && kept) followed.update(kept);
	};
	const parts = makeParts(differentiate, apply, {
		...{ trained, frozen, count: accumulate },
	});
	const numbersAt = (position: Position, scale: number): StepInputs => {
		const rates = groups.map(
			({ multiplier }) =>
				scale * rateAt(position, learningRate * multiplier, recipe),
		);
		const momentum = momentumAt(position, optimizer.momentum, schedule);
		const step = position.step + 1;
		return {
			optimizer: optimizer.numbers(step, rates, momentum),
			...(followed && average && { kept: tf.scalar(decayAt(step, average)) }),
		};
	};
	return {
		slots: { ...optimizer.slots, ...followed?.slots },
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
			tf.dispose(numbers as never);
			return total / accumulate;
		},
		dispose() {
			tf.dispose(optimizer.slots);
			extra?.dispose();
			parts.dispose();
		},
	};
}
