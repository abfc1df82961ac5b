import { checkArgument } from "../check/check-options.js";
import { imageCheck } from "../image/image.js";
import { Random } from "../random.js";
import { remembered } from "../tasks/remembered.js";
import type { Example, Task } from "../tasks/task.js";
import { augmentationsOf } from "./augmentations.js";
import { dataOrder } from "./data-order.js";
import type { Recipe } from "./recipe.js";

/** What of a task makes its examples. */
export type Training<Target> = Pick<Task<Target, unknown>, "train" | "augment">;

/** What of a recipe makes examples. */
export type ExampleRecipe = Pick<Recipe, "seed" | "batchSize"> &
	Partial<Pick<Recipe, "augment">>;

/** Changes an example by the augmentations of single images, each with random numbers of its own. */
function augmenter<Target>({
	augment,
	seed,
}: ExampleRecipe): (
	example: Example<Target>,
	position: number,
) => Example<Target> {
	const { images } = augmentationsOf({ augment });
	return (example, position) =>
		images.reduce<Example<Target>>((before, { of, made }, at) => {
			const random = new Random("image augmentation", seed, position, at);
			const after = made.image(before, random);
			const where = `the augmentation ${of.name}`;
			checkArgument(where, ["its image", after?.image], imageCheck);
			return after as Example<Target>;
		}, example);
}

/**
 * What is shown of the training set at a position, counted over all epochs: a function of the seed and the
 * position alone.
 */
export function exampleMaker<Target>(
	{ train, augment }: Training<Target>,
	{ mostBytes, ...recipe }: ExampleRecipe & { readonly mostBytes?: number },
): (position: number) => Example<Target> {
	const { seed } = recipe;
	const indexAt = dataOrder(train, recipe);
	const augmented = augmenter<Target>(recipe);
	return (position) => {
		const sample = remembered(train, indexAt(position), mostBytes);
		const example = augment(sample, new Random("augment", seed, position));
		return augmented(example, position);
	};
}
