import { groupBy } from "../analysis/table-rows.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { abortSignal } from "../check/checks.js";
import { engine } from "../engine/engine.js";
import { isOwn } from "../own.js";
import { notebookSignal } from "../train/notebook-signal.js";
import type { Recipe } from "../train/recipe.js";
import {
	type CellLeft,
	type Estimate,
	estimateOf,
	type PacedCells,
} from "./estimate.js";
import { cellsPerJobOf, type Executor } from "./executor.js";
import type { AnyExecutor } from "./executors.js";
import { kindOf, loggedPace, runsByKind } from "./logged-pace.js";
import { measuredPace } from "./measured-pace.js";
import { notebookShow } from "./notebook-show.js";
import type { OpenSweep } from "./open-sweep.js";
import type { Plan, PlannedCell } from "./plan.js";
import { planFiles } from "./plan-files.js";
import type { CellReading } from "./read-cell.js";

/** How a sweep is estimated. */
export interface EstimateOptions {
	/** Stops what is being measured, as a notebook's interrupt does. */
	readonly signal?: AbortSignal;
}

const checks: Checks<EstimateOptions> = { signal: abortSignal };

interface Unpaced extends Omit<PacedCells, "pace" | "reason"> {
	/** What takes as long. */
	readonly kind: string;
}

interface Named {
	readonly name: string;
}

const partsOf = (plan: Plan, { backbone, task, recipe }: PlannedCell) => ({
	backbone: plan.backbones[backbone] as Plan["backbones"][number],
	task: plan.tasks[task] as Plan["tasks"][number],
	recipe: plan.recipes[recipe] as Recipe,
});

/** What is left of a cell: updates, and the images of rows that are not there. */
function leftOf(
	plan: Plan,
	cell: PlannedCell,
	reading: CellReading | undefined,
): CellLeft {
	const { recipe, task } = partsOf(plan, cell);
	const { run, steps } = cell;
	const { last, rows = [] } = reading ?? {};
	const images = task.rows
		.slice(rows.length)
		.reduce((sum, row) => sum + row.images, 0);
	const { length } = recipe;
	if ("seconds" in length)
		return {
			...{ run, images },
			seconds: Math.max(length.seconds - (last?.seconds ?? 0), 0),
		};
	return { run, images, steps: Math.max((steps ?? 0) - (last?.step ?? 0), 0) };
}

/** The augmentations of a recipe as a plan has it, where those of one's own are named by what stands for them. */
function augmentText({ augment }: Recipe): string {
	const names = [augment].flat().flatMap((one) => {
		const { name, $own } = (one ?? {}) as { name?: string; $own?: Named };
		return name ?? $own?.name ?? [];
	});
	return names.length === 0 ? "" : ` with ${names.join(" and ")}`;
}

/** The cells that are not done, by what takes as long as each other. */
function groupsLeft({
	plan,
	read,
}: Pick<OpenSweep, "plan" | "read">): Unpaced[] {
	const readings = read();
	const left = plan.cells
		.map((cell, i) => ({ cell, reading: readings[i] }))
		.filter(({ reading }) => !reading?.done);
	const kind = ({ cell }: (typeof left)[number]) => kindOf(partsOf(plan, cell));
	return groupBy(left, kind).map((cells) => {
		const parts = cells.map(({ cell }) => partsOf(plan, cell));
		const names = new Set(
			parts.map(({ backbone }) => backbone.name ?? "backbone"),
		);
		const [first] = parts as [(typeof parts)[number]];
		const { task, recipe } = first;
		return {
			kind: kindOf(first),
			what: `${[...names].join(", ")} on ${task.name}, ${recipe.transfer}${augmentText(recipe)}`,
			cells: cells.map(({ cell, reading }) => leftOf(plan, cell, reading)),
		};
	});
}

/** Says in a notebook what is being tried: it may take minutes. */
function saying(count: number): (done: number, what: string) => void {
	const show = notebookShow();
	let shown: ReturnType<NonNullable<typeof show>> | undefined;
	return (done, what) => {
		const text =
			done < count
				? `trying ${done + 1} of ${count}: a few updates of ${what}`
				: `tried ${count} kind${count === 1 ? "" : "s"} of cells`;
		const data = { "text/plain": text };
		if (shown) shown.update(data);
		else shown = show?.(data);
	};
}

/** How fast a cell of a group is, or why that is not known. */
async function tried(
	folder: string,
	{ cells: [first] }: Pick<PacedCells, "cells">,
	options: {
		readonly threads: number;
		readonly signal: AbortSignal | undefined;
	},
): Promise<Pick<PacedCells, "pace" | "reason">> {
	try {
		return {
			pace: await measuredPace(folder, (first as CellLeft).run, options),
		};
	} catch (error) {
		options.signal?.throwIfAborted();
		return { reason: (error as Error).message };
	}
}

/**
 * Estimates how long the cells of a sweep take that are not done: by the logs of runs that are alike, which the same
 * engine has computed with as many threads; without, a cell of each kind is tried in a folder of its own.
 */
export async function estimateSweep(
	{ folder, plan, read }: OpenSweep,
	given: AnyExecutor,
	options: EstimateOptions = {},
): Promise<Estimate> {
	checkOptions("estimate", options, checks);
	const signal = notebookSignal(options.signal);
	const executor = isOwn(given)
		? (given.make(given.options) as Executor)
		: given;
	const { threads = engine().threads ?? 1 } = executor;
	const known = runsByKind(planFiles(folder).runs, { ...engine(), threads });
	const all = [...known.values()].flat();
	const groups = groupsLeft({ plan, read }).map(({ kind, ...group }) => {
		const isScored = group.cells.some(({ images }) => images > 0);
		const pace = loggedPace(known.get(kind) ?? [], { isScored, all });
		return { ...group, ...(pace && { pace }) };
	});
	const untold = groups.filter(({ pace }) => !pace);
	const say = saying(untold.length);
	const paced: PacedCells[] = [];
	for (const group of groups) {
		if (!group.pace) say(untold.indexOf(group), group.what);
		const found = group.pace
			? {}
			: await tried(folder, group, { threads, signal });
		paced.push({ ...group, ...found });
	}
	if (untold.length > 0) say(untold.length, "");
	const count = paced.reduce((sum, { cells }) => sum + cells.length, 0);
	const cellsPerJob = count > 0 ? cellsPerJobOf(executor, count) : 1;
	const hands = { ...executor, threads, cellsPerJob };
	return estimateOf(paced, hands, plan.cells.length);
}
