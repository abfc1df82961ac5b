import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.js";
import { isOwn } from "../own.js";
import type { Task } from "../tasks/task.js";
import type { Following } from "./average.js";
import type { Batch } from "./batch.js";
import type { StepInputs } from "./batch-parts.js";
import type { Model } from "./model.js";
import { type Optimizer, optimizerRule } from "./optimizer.js";
import { plainBatches } from "./plain-batches.js";
import type { Recipe } from "./recipe.js";
import type { Position } from "./schedule.js";
import { slopesOf } from "./training-loss.js";

/** What is done after each update by an optimizer that looks at held-out data. */
export interface Afterwards {
	update(position: Position, numbers: StepInputs): void;
	dispose(): void;
}

/** Whether an optimizer looks at held-out data. */
export const looksAtHeldOut = (optimizer: Recipe["optimizer"]): boolean =>
	isOwn(optimizer) && optimizerRule(optimizer).heldOut !== undefined;

/** Throws where an optimizer looks at held-out data, and the task has none. */
export function checkHeldOut(
	{ heldOut }: Pick<Task, "heldOut">,
	{ optimizer }: Recipe,
): void {
	if (!heldOut && looksAtHeldOut(optimizer))
		throw new Error(
			`the recipe cannot be followed: the optimizer ${optimizer.name} looks at held-out data, of which the task has none: fine-tune on holdOut(task, { share: 0.1 })`,
		);
}

/** Prepares it; undefined where the optimizer looks at none, or there are none. */
export function afterwards(
	task: Task,
	{ heldOut }: Optimizer,
	{
		model,
		recipe,
		followed,
	}: {
		readonly model: Model;
		readonly recipe: Recipe;
		readonly followed: Following | undefined;
	},
): Afterwards | undefined {
	if (!heldOut || !task.heldOut) return undefined;
	const { every, project } = heldOut;
	const batchAt = plainBatches({ ...task, train: task.heldOut }, recipe);
	const slopes = slopesOf(task, model, recipe);
	const follow = ({ kept }: StepInputs): void => {
		if (followed && kept) followed.update(kept);
	};
	const learn = compile((batch: Batch, numbers: StepInputs) => {
		project(numbers.optimizer, (values) => slopes(batch, values));
		follow(numbers);
	});
	const keep = compile((numbers: StepInputs) => {
		project(numbers.optimizer);
		follow(numbers);
	});
	return {
		update({ step }, numbers) {
			if (step % every > 0) {
				tf.tidy(() => keep(numbers));
				return;
			}
			const batch = batchAt(step / every);
			tf.tidy(() => learn(batch, numbers));
			tf.dispose(batch as never);
		},
		dispose() {
			learn.dispose?.();
			keep.dispose?.();
		},
	};
}
