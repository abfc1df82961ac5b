import { canonical } from "../canonical.js";
import type { EvaluateOptions } from "../evaluate/evaluate-options.js";
import { wantedCells } from "../evaluate/wanted-cells.js";
import type { Task } from "../tasks/task.js";
import type { PlannedTask, WantedRow } from "./plan.js";
import { remadeTask, type Shelf } from "./remade.js";
import { type Held, written } from "./written.js";

/** A task of a sweep. */
export interface TaskOfPlan {
	readonly given: Task;
	/** The one that a worker makes in its place. */
	readonly remade: Task;
	readonly planned: PlannedTask;
}

/** The rows that the cells of a task are to have; none where nothing is scored. */
export const rowsOfTask = (
	task: Task,
	evaluate: EvaluateOptions | null,
): WantedRow[] =>
	evaluate === null
		? []
		: wantedCells(task, evaluate).map(({ applied: _, ...row }) => row);

/** What to say where a worker's task is another one than the one given. */
export function otherTask({ name, remake, source }: Task, how: string): Error {
	const { name: maker, module } = remake ?? source ?? {};
	return new Error(
		`sweep: the task ${name} ${how} than the one that ${maker} of ${module} makes, which is what a worker has. Where vary changed it, put that into a function that a module exports, and name it: vary(task, "what it is", { ...changes, source: { module: import.meta.url, name: "the function", options } })`,
	);
}

/**
 * Writes down a task, and makes it again as a worker does.
 *
 * Throws where nothing says how, or the scores of what it makes would be others.
 */
export async function taskOfPlan(
	given: Task,
	evaluate: EvaluateOptions | null,
	{ held, shelf }: { readonly held: Held; readonly shelf: Shelf },
): Promise<TaskOfPlan> {
	const { name, remake, source: ofThreads } = given;
	const found = remake ?? ofThreads;
	if (!found)
		throw new Error(
			`sweep: the task ${name} has no \`source\`, so that a worker cannot make it: put the function that makes it into a module, and say which it is, { source: { module: import.meta.url, name: "the function", options } }`,
		);
	const source = written(`the source of the task ${name}`, found, held);
	const remade = await remadeTask(source, shelf);
	const rows = rowsOfTask(given, evaluate);
	if (canonical(rows) !== canonical(rowsOfTask(remade, evaluate)))
		throw otherTask(given, "is scored otherwise");
	// Of a metric that says nothing of single images nothing is lacking.
	const perImage = Boolean(evaluate?.perImage && given.metric().perImage);
	return { given, remade, planned: { name, source, rows, perImage } };
}
