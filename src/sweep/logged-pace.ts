import { groupBy } from "../analysis/table-rows.js";
import { architectureIdentity } from "../backbones/architecture-form.js";
import { canonical } from "../canonical.js";
import { readResults } from "../evaluate/results.js";
import { listRuns, type Run, type RunRecord } from "../train/run.js";
import { engineText } from "./engine-text.js";
import { middle, type Pace } from "./pace.js";

/** What runs that take as long as each other have in common. */
export const kindOf = ({
	backbone,
	task,
	recipe,
}: {
	readonly backbone: Pick<RunRecord["backbone"], "architecture">;
	readonly task: Pick<RunRecord["task"], "name">;
	readonly recipe: unknown;
}): string => {
	const { learningRate: _, seed: __, ...alike } = recipe as RunRecord["recipe"];
	return canonical({
		architecture: architectureIdentity(backbone.architecture),
		task: task.name,
		recipe: alike,
	});
};

/** What computes, as far as runs say it. */
export type Device = RunRecord["engine"];

/** Seconds of an update, between one row of a log and the next. */
function stepsOf({ log }: Run): number[] {
	return log.slice(1).flatMap(({ step, seconds }, i) => {
		const before = log[i] as Run["log"][number];
		const count = step - before.step;
		return count > 0 ? [(seconds - before.seconds) / count] : [];
	});
}

/** What the first updates took longer than as many others. */
function compileOf({ log: [first] }: Run, step: number): number {
	return first ? Math.max(first.seconds - first.step * step, 0) : 0;
}

/** Rows that were computed together have the very same time, which is of all of them. */
function imageSeconds(runs: readonly Run[], all: readonly Run[]): number[] {
	const rows = all.flatMap((run) => readResults(run));
	const together = new Map(
		groupBy(rows, ({ seconds }) => seconds).map((alike) => [
			alike[0]?.seconds,
			alike.length,
		]),
	);
	return runs.flatMap((run) =>
		readResults(run).map(
			({ seconds, images }) =>
				seconds / images / (together.get(seconds) as number),
		),
	);
}

const leastSteps = 3;

/**
 * How fast runs of a kind were on a device, by their logs and rows; undefined where there are none, or too few rows to
 * say it. `all` are the runs of any kind, which may have been scored together with these.
 */
export function loggedPace(
	runs: readonly Run[],
	{
		isScored,
		all,
	}: { readonly isScored: boolean; readonly all: readonly Run[] },
): Pace | undefined {
	const told = runs.filter((run) => stepsOf(run).length >= leastSteps);
	if (told.length === 0) return undefined;
	const step = middle(told.flatMap(stepsOf));
	const images = isScored ? imageSeconds(runs, all) : [];
	if (isScored && images.length === 0) return undefined;
	const { engine } = (told[0] as Run).record;
	const what = told.length === 1 ? "an alike run" : `${told.length} alike runs`;
	return {
		step,
		compile: middle(told.map((run) => compileOf(run, step))),
		image: isScored ? middle(images) : 0,
		from: `from ${what}: ${engineText(engine)}`,
	};
}

/** Runs below a folder by their kinds, of those that the same device computed. */
export function runsByKind(
	folder: string,
	{ name, version, device, threads }: Device,
): Map<string, Run[]> {
	const same = listRuns(folder).filter(({ record: { engine } }) => {
		const { name: n, version: v, device: d, threads: t } = engine;
		return n === name && v === version && d === device && t === threads;
	});
	const groups = groupBy(same, ({ record }) => kindOf(record));
	return new Map(
		groups.map((runs) => [kindOf((runs[0] as Run).record), runs] as const),
	);
}
