import type { Backbone } from "../backbones/backbone.js";
import type { Task } from "../tasks/task.js";
import { checkRecipe } from "./check-recipe.js";
import { checkWeights } from "./check-weights.js";
import { describeRun } from "./describe-run.js";
import { checkHeldOut } from "./held-out-step.js";
import type { Origin } from "./lineage.js";
import { type Place, placeOf } from "./place-of.js";
import type { Recipe } from "./recipe.js";

/** How a run is called, and where it is kept. */
export interface PlannedRunOptions {
	readonly name?: string | undefined;
	readonly from?: Origin | undefined;
	/** Of the backbone's weights, where that is known. */
	readonly sha256?: string | undefined;
	/** `runs` by default. */
	readonly folder?: string | undefined;
}

/**
 * The run that `finetune` would make or go on with, and its folder; nothing is written.
 *
 * Throws where the recipe makes no sense for the task or the backbone.
 */
export function plannedRun<Target, Prediction>(
	source: Backbone,
	task: Task<Target, Prediction>,
	{
		recipe,
		folder = "runs",
		...about
	}: PlannedRunOptions & { readonly recipe: Recipe },
): Place {
	checkRecipe(recipe, task);
	checkHeldOut(task, recipe);
	const place = placeOf(
		folder,
		describeRun(source, task, { recipe, ...about }),
	);
	checkWeights(source, task, recipe);
	return place;
}
