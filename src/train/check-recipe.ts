import type { Task } from "../tasks/task.js";
import type { Recipe } from "./recipe.js";

const isCount = (value: number): boolean =>
	Number.isInteger(value) && value > 0;

const isShare = (value: number): boolean => value >= 0 && value <= 1;

function problems(recipe: Recipe, task: Pick<Task, "outputLoss">): string[] {
	const { schedule, optimizer, warmUp, batchSize, accumulate } = recipe;
	const length = Object.values(recipe.length) as number[];
	const found: [boolean, string][] = [
		[
			recipe.learningRate > 0,
			`learningRate is ${recipe.learningRate}, not above 0`,
		],
		[
			recipe.weightDecay >= 0,
			`weightDecay is ${recipe.weightDecay}, not 0 or more`,
		],
		[
			isCount(batchSize),
			`batchSize is ${batchSize}, not a whole number of images`,
		],
		[
			isCount(accumulate) && batchSize % accumulate === 0,
			`accumulate is ${accumulate}, which does not divide a batch of ${batchSize} images`,
		],
		[
			length.length === 1 && length.every((value) => value > 0),
			`length is ${JSON.stringify(recipe.length)}, not one of { epochs }, { steps } and { seconds } above 0`,
		],
		[
			!("steps" in recipe.length) || isCount(recipe.length.steps),
			"length needs a whole number of steps",
		],
		[
			schedule.name !== "step" || schedule.at.every(isShare),
			"schedule.at has shares of the length, from 0 to 1: write 50 of 150 epochs as 1/3",
		],
		[
			schedule.name !== "one-cycle" || isShare(schedule.rise),
			"schedule.rise is a share of the length, from 0 to 1",
		],
		[
			warmUp === null || (isCount(warmUp.steps) && isShare(warmUp.ratio)),
			"warmUp needs a whole number of steps, and a ratio from 0 to 1",
		],
		[
			optimizer.name !== "sgd" || !optimizer.nesterov || optimizer.momentum > 0,
			"Nesterov needs a momentum above 0",
		],
		[
			recipe.layerDecay > 0 && recipe.layerDecay <= 1,
			`layerDecay is ${recipe.layerDecay}, not above 0 and at most 1`,
		],
		[
			recipe.stochasticDepth >= 0 && recipe.stochasticDepth < 1,
			`stochasticDepth is ${recipe.stochasticDepth}, not from 0 to below 1`,
		],
		[
			recipe.gradientClip === null || recipe.gradientClip > 0,
			"gradientClip is a norm above 0, or null",
		],
		[
			recipe.consistency === null || recipe.augment !== null,
			"consistency compares augmented views: it needs an augment",
		],
		[
			recipe.consistency === null || task.outputLoss !== undefined,
			"the task has no loss of the network's output alone, which consistency needs: set it to null",
		],
		[
			Number.isSafeInteger(recipe.seed),
			`seed is ${recipe.seed}, not a whole number`,
		],
	];
	return found.flatMap(([isRight, problem]) => (isRight ? [] : [problem]));
}

/** Throws one error that lists everything that is wrong with a recipe. */
export function checkRecipe(
	recipe: Recipe,
	task: Pick<Task, "outputLoss">,
): void {
	const wrong = problems(recipe, task);
	if (wrong.length > 0)
		throw new Error(`the recipe cannot be followed: ${wrong.join("; ")}`);
}
