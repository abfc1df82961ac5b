import type { Recipe } from "./recipe.js";

/**
 * What stands in place of a recipe where a backbone is scored as it is: nothing was trained. `finetune` takes no such
 * recipe.
 */
export const untouched = Object.freeze({
	transfer: "none",
	reading: "as-described",
	learningRate: 0,
	augment: null,
	consistency: null,
	seed: 0,
}) as unknown as Recipe;

/** Whether a run was made without a recipe, of a backbone as it is. */
export const isUntouched = ({ transfer }: Pick<Recipe, "transfer">): boolean =>
	(transfer as string) === "none";
