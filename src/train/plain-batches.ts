import type { Task } from "../tasks/task.js";
import { type Batch, batchMaker } from "./batch.js";
import { exampleMaker } from "./examples.js";
import type { Recipe } from "./recipe.js";

/** Of training data, or of those held out, batches as the task itself augments them, without what a recipe adds. */
export function plainBatches(
	task: Task,
	given: Recipe,
): (step: number) => Batch {
	const recipe: Recipe = {
		...given,
		augment: null,
		consistency: null,
		accumulate: 1,
		batchSize: given.batchSize / given.accumulate,
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
