import type { Task } from "../tasks/task.js";
import { type Batch, batchMaker } from "../train/batch.js";
import { exampleMaker } from "../train/examples.js";
import type { Recipe } from "../train/recipe.js";

/** Batches of training images as a run sees them, but for what its recipe adds to the task's own augmentation. */
export function plainBatches(
	task: Task,
	given: Recipe,
): (step: number) => Batch {
	const recipe: Recipe = {
		...given,
		augment: null,
		consistency: null,
		accumulate: 1,
	};
	const exampleAt = exampleMaker(task, recipe);
	const makeBatch = batchMaker(task, recipe);
	const { batchSize } = recipe;
	return (step) =>
		makeBatch(
			Array.from({ length: batchSize }, (_, i) =>
				exampleAt(step * batchSize + i),
			),
			{ step, part: 0 },
		);
}
