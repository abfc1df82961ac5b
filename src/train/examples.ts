import { Random } from "../random.js";
import type { Example, Task } from "../tasks/task.js";
import { dataOrder } from "./data-order.js";
import type { Recipe } from "./recipe.js";
import { remembered } from "./remembered.js";

/** What is shown of the training set at a position, counted over all epochs. */
export function exampleMaker<Target>(
	{ train, augment }: Pick<Task<Target, unknown>, "train" | "augment">,
	{ seed }: Pick<Recipe, "seed">,
): (position: number) => Example<Target> {
	const indexAt = dataOrder(train.length, seed);
	return (position) =>
		augment(
			remembered(train, indexAt(position)),
			new Random("augment", seed, position),
		);
}
