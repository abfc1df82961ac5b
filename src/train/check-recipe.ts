import { type Checks, keyProblems } from "../check/check-options.js";
import {
	flag,
	number,
	oneOf,
	orNull,
	required,
	whole,
} from "../check/checks.js";
import { isOwn } from "../own.js";
import type { Task } from "../tasks/task.js";
import { augmentCheck, augmentProblems } from "./augmentations.js";
import { averageCheck } from "./average.js";
import { consistencyCheck } from "./consistent-loss.js";
import { layerDecayCheck } from "./layer-decay.js";
import { lengthCheck } from "./length.js";
import { optimizerCheck } from "./optimizer.js";
import { lossCheck, lossProblems } from "./output-loss.js";
import { noDecayCheck } from "./param-groups.js";
import type { Recipe } from "./recipe.js";
import { regularizersCheck } from "./regularizer.js";
import { scheduleCheck, warmUpCheck } from "./schedule.js";
import { watchCheck } from "./watch.js";
import { weightRulesCheck } from "./weight-rules.js";

const count = required(whole({ from: 1 }));

const checks: Checks<Recipe> = {
	optimizer: required(optimizerCheck),
	learningRate: required(number({ above: 0 })),
	weightDecay: required(number({ from: 0 })),
	noDecay: required(noDecayCheck),
	batchSize: count,
	accumulate: count,
	length: required(lengthCheck),
	schedule: required(scheduleCheck),
	warmUp: required(warmUpCheck),
	transfer: required(oneOf(["fixed-feature", "full-network"])),
	reading: required(oneOf(["as-described", "as-released"])),
	frozenStages: required(whole({ from: -1 })),
	batchNorm: required(oneOf(["trained", "frozen-statistics", "frozen"])),
	stochasticDepth: required(number({ from: 0, below: 1 })),
	layerDecay: required(layerDecayCheck),
	gradientClip: required(orNull(number({ above: 0 }))),
	augment: required(augmentCheck),
	consistency: required(consistencyCheck),
	seed: required(whole()),
	loss: lossCheck,
	regularizers: regularizersCheck,
	weights: weightRulesCheck,
	average: averageCheck,
	watch: watchCheck,
	checkpointing: flag,
};

/** What of a task a recipe must go with. */
type RecipeTask = Pick<
	Task,
	"outputLoss" | "consistency" | "classes" | "heldOut"
>;

/** What is wrong with a recipe, each part of which is right by itself. */
function contradictions(recipe: Recipe, task: RecipeTask): string[] {
	const { optimizer, batchSize, accumulate } = recipe;
	const isConsistent = (recipe.consistency ?? null) !== null;
	const found: [boolean, string][] = [
		[
			!(batchSize % accumulate > 0),
			`accumulate is ${accumulate}, which does not divide a batch of ${batchSize} images`,
		],
		[
			!(
				!isOwn(optimizer) &&
				optimizer?.name === "sgd" &&
				optimizer.nesterov &&
				optimizer.momentum === 0
			),
			"Nesterov needs a momentum above 0",
		],
		[
			!isConsistent || Boolean(task.outputLoss ?? task.consistency),
			"the task has neither a loss of the network's output alone nor a `consistency`, one of which consistency needs: set it to null",
		],
		[
			recipe.loss === undefined || task.outputLoss !== undefined,
			"the task has no loss of the network's output alone, in whose place a recipe's loss stands: leave `loss` out, or change the task's own with vary(task, \"what it is\", { loss })",
		],
		[
			!recipe.watch || task.heldOut !== undefined,
			"watch scores on held-out data, of which the task has none: fine-tune on holdOut(task, { share: 0.1 })",
		],
		[
			recipe.watch?.keep !== "last" ||
				recipe.watch.patience !== undefined ||
				recipe.watch.plateau !== undefined,
			'watch changes nothing that a run learns: keep the "best" weights, give it a patience or a plateau, or only look, with the option `every` of finetune',
		],
	];
	return [
		...found.flatMap(([isRight, problem]) => (isRight ? [] : [problem])),
		...lossProblems(recipe.loss, task.classes),
		...augmentProblems(recipe),
	];
}

/** Throws one error that lists everything that is wrong with a recipe. */
export function checkRecipe(recipe: Recipe, task: RecipeTask): void {
	const problems = keyProblems(recipe, "the recipe", { checks, prefix: "" });
	const wrong = problems.map(({ message }) => message);
	if (typeof recipe === "object" && recipe !== null)
		wrong.push(...contradictions(recipe, task));
	if (wrong.length > 0)
		throw new Error(`the recipe cannot be followed: ${wrong.join("; ")}`);
}
