import { join } from "node:path";
import type { Backbone } from "../backbones/backbone.js";
import { canonical } from "../canonical.js";
import { evaluate } from "../evaluate/evaluate.js";
import type { EvaluateOptions } from "../evaluate/evaluate-options.js";
import type { Task } from "../tasks/task.js";
import { finetune } from "../train/finetune.js";
import { plannedRun } from "../train/planned-run.js";
import type { Recipe } from "../train/recipe.js";
import type { Reporter } from "../train/reporter.js";
import type { Run } from "../train/run.js";
import type { Plan, PlannedCell } from "./plan.js";
import { planFiles } from "./plan-files.js";
import { rowsOfTask } from "./planned-task.js";
import { readCell } from "./read-cell.js";
import { remade, remadeTask, type Shelf, shelfOf } from "./remade.js";

/** What a cell is made of, made again. */
export interface Parts {
	readonly backbone: Backbone;
	readonly task: Task;
	readonly recipe: Recipe;
	readonly evaluate: EvaluateOptions | null;
}

/** Makes the parts of cells; of backbones the last one is kept, of tasks all. */
export interface Workshop {
	readonly folder: string;
	readonly plan: Plan;
	partsOf(cell: PlannedCell): Promise<Parts>;
}

/** Opens the workshop of a sweep. */
export function workshopOf(folder: string, plan: Plan): Workshop {
	const shelf: Shelf = shelfOf(folder);
	const tasks = new Map<number, Task>();
	let kept: { readonly at: number; readonly backbone: Backbone } | undefined;
	const taskAt = async (at: number): Promise<Task> => {
		const task =
			tasks.get(at) ?? (await remadeTask(plan.tasks[at]?.source, shelf));
		tasks.set(at, task);
		return task;
	};
	const backboneAt = async (at: number): Promise<Backbone> => {
		if (kept?.at === at) return kept.backbone;
		kept?.backbone.dispose();
		kept = undefined;
		const backbone = await shelf.backbone(plan.backbones[at] as never);
		kept = { at, backbone };
		return backbone;
	};
	return {
		folder,
		plan,
		async partsOf({ backbone, task, recipe }) {
			return {
				backbone: await backboneAt(backbone),
				task: await taskAt(task),
				recipe: (await remade(plan.recipes[recipe], shelf)) as Recipe,
				evaluate: (await remade(plan.evaluate, shelf)) as Parts["evaluate"],
			};
		},
	};
}

/** Throws where a cell, made again, is another one than the plan's. */
function checkSame(
	{ folder, plan }: Workshop,
	cell: PlannedCell,
	{ backbone, task, recipe, evaluate: options }: Parts,
): void {
	const { record } = plannedRun(backbone, task, {
		recipe,
		folder: planFiles(folder).runs,
	});
	const advice =
		"the data of the task, or the modules that it is made by, are not what they were when the sweep was planned: plan the sweep anew";
	if (record.id !== cell.run)
		throw new Error(
			`the run that this worker would make is ${record.id}, and the plan's is ${cell.run}: ${advice}`,
		);
	const wanted = plan.tasks[cell.task]?.rows;
	if (canonical(rowsOfTask(task, options)) !== canonical(wanted))
		throw new Error(
			`the rows that this worker would add to ${cell.run} are others than the plan's: ${advice}`,
		);
}

/** Whether a cell has all that it is to have. */
export const isDone = (
	{ folder, plan }: Pick<Workshop, "folder" | "plan">,
	{ run, task }: PlannedCell,
): boolean =>
	readCell(
		join(planFiles(folder).runs, run),
		plan.tasks[task] as Plan["tasks"][number],
	).done;

/** A cell that has been fine-tuned, and what it is to be scored with: null where it is not. */
export interface Trained extends Pick<Parts, "task" | "evaluate"> {
	readonly cell: PlannedCell;
	readonly run: Run;
}

/** How work is stopped, and who is told how far it is. */
export interface Watching {
	readonly signal: AbortSignal;
	readonly reporter: Reporter;
}

/** Fine-tunes a cell. Throws what that throws, and where it is another cell than the plan's. */
export async function trainCell(
	workshop: Workshop,
	cell: PlannedCell,
	watching: Watching,
): Promise<Trained> {
	const parts = await workshop.partsOf(cell);
	checkSame(workshop, cell, parts);
	const { backbone, task, recipe, evaluate: options } = parts;
	const folder = planFiles(workshop.folder).runs;
	const run = await finetune(backbone, task, recipe, { folder, ...watching });
	return { cell, run, task, evaluate: options };
}

/** Scores cells of one task together: each image is prepared and corrupted once for all of them. */
export async function scoreCells(
	cells: readonly Trained[],
	watching: Watching,
): Promise<void> {
	const [first] = cells;
	if (!first?.evaluate) return;
	const runs = cells.map(({ run }) => run);
	await evaluate(runs, first.task, { ...first.evaluate, ...watching });
}
