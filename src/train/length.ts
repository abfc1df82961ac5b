import type { Recipe } from "./recipe.js";
import type { RunRecord } from "./run.js";
import type { Standing } from "./training-state.js";

/** How many updates a recipe takes on so many images; undefined where the clock decides. */
export function stepsOf(
	{ length, batchSize }: Pick<Recipe, "length" | "batchSize">,
	images: number,
): number | undefined {
	if ("steps" in length) return length.steps;
	if ("seconds" in length) return undefined;
	return Math.ceil((length.epochs * images) / batchSize);
}

/** How many updates there will be, as far as can be told; not whole where the clock decides. */
export function expectedSteps(
	{ recipe, task }: Pick<RunRecord, "recipe" | "task">,
	{ step, seconds }: Pick<Standing, "step" | "seconds">,
): number {
	const steps = stepsOf(recipe, task.trainImages);
	if (steps !== undefined) return steps;
	const budget = (recipe.length as { seconds: number }).seconds;
	return step === 0 ? Number.POSITIVE_INFINITY : (step * budget) / seconds;
}
