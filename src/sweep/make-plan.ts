import type { Backbone } from "../backbones/backbone.js";
import { canonical, shortHash } from "../canonical.js";
import type { EvaluateOptions } from "../evaluate/evaluate-options.js";
import type { Task } from "../tasks/task.js";
import { stepsOf } from "../train/length.js";
import { plannedRun } from "../train/planned-run.js";
import type { Recipe } from "../train/recipe.js";
import { type Plan, type PlannedCell, planFormat } from "./plan.js";
import { otherTask, type TaskOfPlan, taskOfPlan } from "./planned-task.js";
import { type RecipesOption, recipesOf } from "./recipes-of.js";
import { remade, type Shelf } from "./remade.js";
import {
	type Held,
	type WrittenBackbone,
	written,
	writtenBackbone,
} from "./written.js";

/** What a sweep is made of, checked. */
export interface Given {
	readonly backbones: readonly Backbone[];
	readonly tasks: readonly Task[];
	readonly recipes: RecipesOption;
	readonly seeds: readonly number[] | undefined;
	/** Null where nothing is scored. */
	readonly evaluate: EvaluateOptions | null;
	/** Where runs are kept. */
	readonly runs: string;
}

/** A list in which each thing is once, and the place of each. */
function distinct<Thing>() {
	const places = new Map<string, number>();
	const things: Thing[] = [];
	const placeOf = (thing: Thing): number => {
		const key = canonical(thing);
		const place = places.get(key) ?? things.push(thing) - 1;
		places.set(key, place);
		return place;
	};
	return { things, placeOf };
}

/** Gives what a plan only names from memory, before there are files. */
const shelfInMemory = ({ backbones, images }: Held): Shelf => ({
	async backbone({ sha256, name }) {
		const { name: _, ...found } = backbones.get(sha256) as Backbone;
		return name === undefined ? found : { ...found, name };
	},
	image: async (name) => images.get(name) as never,
});

/** The run of a cell; throws where a worker would make another one. */
async function runOf(
	{ given, remade: twin }: TaskOfPlan,
	backbone: Backbone,
	{
		recipe,
		form,
		shelf,
		...where
	}: {
		readonly recipe: Recipe;
		/** The recipe as it is written down. */
		readonly form: unknown;
		readonly shelf: Shelf;
		readonly sha256: string;
		readonly folder: string;
	},
): Promise<Pick<PlannedCell, "run" | "steps">> {
	const { record } = plannedRun(backbone, given, { recipe, ...where });
	const again = (await remade(form, shelf)) as Recipe;
	const other = plannedRun(backbone, twin, { recipe: again, ...where });
	if (other.record.id !== record.id)
		throw otherTask(given, "is trained otherwise");
	const steps = stepsOf(recipe, given.train.length);
	return { run: record.id, ...(steps !== undefined && { steps }) };
}

function checkOnce(cells: readonly PlannedCell[]): void {
	const runs = cells.map(({ run }) => run);
	const twice = runs.find((run, i) => runs.indexOf(run) < i);
	if (twice !== undefined)
		throw new RangeError(
			`sweep: two cells are the same run, ${twice}: leave one of the backbones, tasks, recipes or seeds that are alike out`,
		);
}

/**
 * Makes the plan of a sweep, and collects the backbones and images that belong to it.
 *
 * Cells come task by task, of each backbone by backbone, of each recipe by recipe. Throws, saying what would be right,
 * where a worker could not make a cell as it is given.
 */
export async function makePlan(
	{ backbones, tasks, recipes, seeds, evaluate, runs: folder }: Given,
	held: Held,
): Promise<Omit<Plan, "workingFolder">> {
	const shelf = shelfInMemory(held);
	const forms = distinct<WrittenBackbone>();
	const writtenRecipes = distinct<unknown>();
	const cells: PlannedCell[] = [];
	const sources = backbones.map((backbone) => {
		const form = writtenBackbone(backbone, held);
		return { backbone, ...form, place: forms.placeOf(form) };
	});
	const made: TaskOfPlan[] = [];
	for (const task of tasks)
		made.push(await taskOfPlan(task, evaluate, { held, shelf }));
	for (const [task, one] of made.entries())
		for (const { backbone, sha256, place } of sources) {
			const of = { backbone, task: one.given };
			for (const recipe of recipesOf(recipes, of, seeds)) {
				const form = written("a recipe", recipe, held);
				const about = { recipe, form, shelf, sha256, folder };
				const run = await runOf(one, backbone, about);
				const at = writtenRecipes.placeOf(form);
				cells.push({ ...run, backbone: place, task, recipe: at });
			}
		}
	checkOnce(cells);
	const content = {
		format: planFormat,
		backbones: forms.things,
		tasks: made.map(({ planned }) => planned),
		recipes: writtenRecipes.things,
		evaluate: written("evaluate", evaluate, held),
		cells,
	};
	return { id: shortHash(content), ...content };
}
