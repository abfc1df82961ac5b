import type { Backbone } from "../backbones/backbone.js";
import type { Task } from "../tasks/task.js";
import { trainableNames } from "./model.js";
import { groupsOfNames } from "./param-groups.js";
import type { Recipe } from "./recipe.js";

/** Throws where a rule of a recipe about weights by name is about none, or nothing is left to train. */
export function checkWeights(
	source: Backbone,
	task: Pick<Task, "headParams" | "uses">,
	recipe: Recipe,
): void {
	if (!recipe.weights) return;
	const { all, head } = trainableNames(source, task);
	groupsOfNames(all, source.architecture, {
		recipe,
		isHead: (name) => head.includes(name),
	});
}
