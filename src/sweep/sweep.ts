import type { Backbone } from "../backbones/backbone.js";
import {
	type Check,
	type Checks,
	checkOptions,
	isRecord,
} from "../check/check-options.js";
import { list, required, text, whole } from "../check/checks.js";
import {
	checkEvaluateOptions,
	type EvaluateOptions,
} from "../evaluate/evaluate-options.js";
import type { Task } from "../tasks/task.js";
import { checkTask } from "../tasks/task-identity.js";
import { attach } from "./attach.js";
import { makePlan } from "./make-plan.js";
import type { Sweep } from "./open-sweep.js";
import { type RecipesOption, recipesCheck } from "./recipes-of.js";
import { writePlan } from "./write-plan.js";

/** The options of `evaluate` that a plan can hold: all but those that are of the one who waits. */
export type SweepEvaluateOptions = Omit<
	EvaluateOptions,
	"unfinished" | "workers" | "reporter" | "onWarning" | "signal"
>;

/** What a sweep is made of: each backbone is fine-tuned on each task by each recipe with each seed. */
export interface SweepOptions {
	readonly backbones: Backbone | readonly Backbone[];
	readonly tasks: Task | readonly Task[];
	/**
	 * One or several, or `{ base: recipes.cifar10, grid: { learningRate: [0.001, 0.01], transfer: ["fixed-feature",
	 * "full-network"] } }`, of which all combinations are meant; or a function of backbone and task that gives them.
	 */
	readonly recipes: RecipesOption;
	/** In place of those of the recipes, each with each of these. */
	readonly seeds?: readonly number[];
	/** How each run is scored: by default as `evaluate` does; `false` leaves it out. */
	readonly evaluate?: SweepEvaluateOptions | false;
	/** Where runs are kept, and below `sweeps` the sweep itself; `runs` by default. */
	readonly folder?: string;
}

function oneOrMore(
	expected: string,
	isOne: (value: unknown) => boolean,
): Check {
	const words = `${expected}, or a list of them`;
	return {
		expected: words,
		problems(value, name, expected = words) {
			const all: unknown[] = Array.isArray(value) ? value : [value];
			if (all.length > 0 && all.every(isOne)) return [];
			return [new TypeError(`${name} must be ${expected}`)];
		},
	};
}

const ofWaiting: readonly string[] = [
	"unfinished",
	"workers",
	"reporter",
	"onWarning",
	"signal",
];

const evaluateCheck: Check = {
	expected: "the options of evaluate, or false",
	problems(value, name, words = evaluateCheck.expected) {
		if (value === false) return [];
		if (!isRecord(value)) return [new TypeError(`${name} must be ${words}`)];
		return ofWaiting.flatMap((key) =>
			value[key] === undefined
				? []
				: [
						new TypeError(
							`${name}.${key} is of a call that is waited for, and no worker of a sweep has it: leave it out`,
						),
					],
		);
	},
};

const checks: Checks<SweepOptions> = {
	backbones: required(
		oneOrMore(
			"a backbone, as loadBackbone gives it",
			(value) => isRecord(value) && isRecord(value.params),
		),
	),
	tasks: required(
		oneOrMore(
			"a task, such as cifar10()",
			(value) => isRecord(value) && typeof value.name === "string",
		),
	),
	recipes: required(recipesCheck),
	seeds: list(whole(), { least: 1 }),
	evaluate: evaluateCheck,
	folder: text,
};

/** Throws where a part of `finetune` is asked for that a sweep has not. */
function checkNoBeginning(options: object): void {
	if ("from" in options && options.from !== undefined)
		throw new TypeError(
			"sweep: its runs begin with the backbones, not with other runs, so that there is no `from`: fine-tune those with finetune(backbone, task, recipe, { from })",
		);
}

/**
 * Plans a sweep: writes down, in a folder of its own, all that other processes need to fine-tune and score each of its
 * cells. Nothing is submitted.
 *
 * The same sweep, planned again or in another notebook, is the same folder, `<folder>/sweeps/<id>`. Choose the engine
 * first. Throws where a recipe makes no sense, two cells are the same run, or a worker could not make something again:
 * a task without a `source`, a part of one's own without one, a change by `vary` of which the source knows nothing.
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
	if (isRecord(options)) checkNoBeginning(options);
	checkOptions("sweep", options, checks);
	const { recipes, seeds, evaluate = {}, folder: runs = "runs" } = options;
	const tasks = [options.tasks].flat() as Task[];
	for (const task of tasks) checkTask(task);
	if (evaluate) checkEvaluateOptions(evaluate);
	const held = { backbones: new Map(), images: new Map() };
	const backbones = [options.backbones].flat() as Backbone[];
	const given = { backbones, tasks, recipes, seeds, runs };
	const plan = await makePlan({ ...given, evaluate: evaluate || null }, held);
	return attach(writePlan(plan, held, runs));
}
