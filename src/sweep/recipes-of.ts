import type { Backbone } from "../backbones/backbone.js";
import { type Check, isRecord } from "../check/check-options.js";
import { keyed, required, thing } from "../check/checks.js";
import type { Task } from "../tasks/task.js";
import type { Recipe } from "../train/recipe.js";

/** Settings of a recipe, of each some: all their combinations are meant. */
export type Grid = {
	readonly [Key in keyof Recipe]?: readonly Recipe[Key][];
};

/** One recipe, several, or a recipe and what is changed in it. */
export type GivenRecipes =
	| Recipe
	| readonly Recipe[]
	| { readonly base: Recipe; readonly grid: Grid };

/** Recipes for all backbones and tasks, or a function that gives those of each pair. */
export type RecipesOption =
	| GivenRecipes
	| ((of: {
			readonly backbone: Backbone;
			readonly task: Task;
	  }) => GivenRecipes);

const isGrid = (
	given: GivenRecipes,
): given is { readonly base: Recipe; readonly grid: Grid } =>
	isRecord(given) && ("base" in given || "grid" in given);

const listsCheck: Check = {
	expected:
		"an object with a list for each setting, { learningRate: [0.01, 0.1] }",
	problems(value, name, words = listsCheck.expected) {
		if (!isRecord(value)) return [new TypeError(`${name} must be ${words}`)];
		return Object.entries(value).flatMap(([key, list]) => {
			if (list === undefined) return [];
			if (Array.isArray(list) && list.length > 0) return [];
			return [
				new TypeError(
					`${name}.${key} must be a list of one value or more, such as [${JSON.stringify(list) ?? "..."}]`,
				),
			];
		});
	},
};

const gridChecks = keyed({
	base: required(thing("a recipe")),
	grid: required(listsCheck),
});

const one: Check = {
	expected:
		"a recipe, a list of recipes, or { base, grid }, such as { base: recipes.cifar10, grid: { learningRate: [0.01, 0.1] } }",
	problems(value, name, words = one.expected) {
		if (Array.isArray(value) && value.length > 0 && value.every(isRecord))
			return [];
		if (!isRecord(value)) return [new TypeError(`${name} must be ${words}`)];
		return "base" in value || "grid" in value
			? gridChecks.problems(value, name)
			: [];
	},
};

/** The check of the recipes of a sweep. */
export const recipesCheck: Check = {
	...one,
	problems: (value, name, words) =>
		typeof value === "function" ? [] : one.problems(value, name, words),
};

/** All combinations of a grid, in the order of its settings; the last changes fastest. */
function combinations({ base, grid }: { base: Recipe; grid: Grid }): Recipe[] {
	return Object.entries(grid).reduce<Recipe[]>(
		(all, [key, values]) =>
			values === undefined
				? all
				: all.flatMap((recipe) =>
						values.map((value) => ({ ...recipe, [key]: value })),
					),
		[base],
	);
}

/** The recipes for a backbone and a task, each with each of the seeds, where there are some. */
export function recipesOf(
	given: RecipesOption,
	of: { readonly backbone: Backbone; readonly task: Task },
	seeds: readonly number[] | undefined,
): Recipe[] {
	const found = typeof given === "function" ? given(of) : given;
	const [problem] = one.problems(found, "recipes");
	if (problem) throw new TypeError(`sweep: ${problem.message}`);
	if (isGrid(found) && found.grid.seed && seeds)
		throw new TypeError(
			"sweep: seeds are given twice, as `seeds` and in the grid: leave one of them out",
		);
	const recipes = isGrid(found)
		? combinations(found)
		: ([found].flat() as Recipe[]);
	return recipes.flatMap((recipe) =>
		seeds ? seeds.map((seed) => ({ ...recipe, seed })) : [recipe],
	);
}
