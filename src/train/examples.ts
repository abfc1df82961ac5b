import { Random } from "../random.js";
import { remembered } from "../tasks/remembered.js";
import type { Example, Task } from "../tasks/task.js";
import { dataOrder } from "./data-order.js";
import type { Recipe } from "./recipe.js";

/** What of a task makes its examples. */
export type Training<Target> = Pick<Task<Target, unknown>, "train" | "augment">;

/**
 * What is shown of the training set at a position, counted over all epochs: a function of the seed and the
 * position alone.
 */
export function exampleMaker<Target>(
	{ train, augment }: Training<Target>,
	{
		seed,
		batchSize,
		mostBytes,
	}: Pick<Recipe, "seed" | "batchSize"> & { readonly mostBytes?: number },
): (position: number) => Example<Target> {
	const indexAt = dataOrder(train, { seed, batchSize });
	return (position) =>
		augment(
			remembered(train, indexAt(position), mostBytes),
			new Random("augment", seed, position),
		);
}
