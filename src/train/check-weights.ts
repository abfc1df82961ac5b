import type { Backbone } from "../backbones/backbone.js";
import type { Task } from "../tasks/task.js";
import { trainableSpecs } from "./model.js";
import { groupsOfWeights, type ParamGroup } from "./param-groups.js";
import type { Recipe } from "./recipe.js";

type Head = Pick<Task, "headParams" | "uses">;

function groupsFor(source: Backbone, task: Head, recipe: Recipe): ParamGroup[] {
	const { all, head } = trainableSpecs(source, task);
	return groupsOfWeights(all, source.architecture, {
		recipe,
		isHead: (name) => Object.hasOwn(head, name),
	});
}

/** Throws where a rule of a recipe about weights by name is about none, or nothing is left to train. */
export function checkWeights(
	source: Backbone,
	task: Head,
	recipe: Recipe,
): void {
	if (recipe.weights) groupsFor(source, task, recipe);
}

/**
 * Throws where a recipe makes the learning rate of some weights so small that the minimum of the schedule raises it.
 *
 * Not asked of runs that have begun: what they mean stays.
 */
export function checkMinimum(
	source: Backbone,
	task: Head,
	recipe: Recipe,
): void {
	const { schedule, learningRate, layerDecay } = recipe;
	const least = "minLearningRate" in schedule ? schedule.minLearningRate : 0;
	if (least === 0 || (layerDecay === 1 && !recipe.weights)) return;
	const raised = groupsFor(source, task, recipe)
		.filter(({ multiplier }) => multiplier > 0 && multiplier < 1)
		.filter(({ multiplier }) => learningRate * multiplier < least)
		.sort((a, b) => a.multiplier - b.multiplier);
	const [first] = raised;
	if (!first) return;
	const count = raised.flatMap(({ names }) => names).length;
	throw new Error(
		`the recipe cannot be followed: the minLearningRate ${least} of its schedule would raise the learning rates of ${count} weights, down to ${(learningRate * first.multiplier).toPrecision(2)} for ${first.names[0]}: ${typeof layerDecay === "number" && layerDecay < 1 ? `scale it as well, with layerDecay: { rate: ${layerDecay} }, or ` : ""}set it to 0`,
	);
}
