import { didYouMean } from "../check/did-you-mean.js";
import type { SeenJob } from "./executors.js";
import { isLiving, type SentIn, sentIn } from "./judge-cells.js";
import type { OpenSweep } from "./open-sweep.js";
import type { SweepCell } from "./sweep-cell.js";

function wantedRuns(
	cells: readonly SweepCell[],
	wanted: readonly (SweepCell | string)[],
): Set<string> {
	const runs = cells.map(({ run }) => run);
	return new Set(
		wanted.map((given) => {
			const run = typeof given === "string" ? given : given.run;
			if (runs.includes(run)) return run;
			throw new RangeError(
				`the sweep has no cell of the run ${run}${didYouMean(run, runs)}`,
			);
		}),
	);
}

/** Throws where a job works on unfinished cells that are not to be ended. */
function checkAlone(
	{ submission, index }: SentIn,
	isSpared: (run: string) => boolean,
): void {
	const runs = submission.jobs[index] ?? [];
	const spared = runs.filter(isSpared);
	if (spared.length > 0)
		throw new Error(
			`one job has ${runs.join(", ")}, and ends them together: cancel ${spared.join(", ")} too, and submit again what is to go on`,
		);
}

/** Ends the living jobs of some cells of a sweep, or of all. */
export async function cancelJobs(
	open: OpenSweep,
	given?: readonly (SweepCell | string)[],
): Promise<readonly SweepCell[]> {
	const { folder, plan, cells } = open;
	const wanted = wantedRuns(cells, given ?? cells);
	const known = await open.look();
	const { silent } = known.seen;
	if (silent.length > 0)
		throw new Error(`no job can be ended: ${silent.join("; ")}`);
	const sent = sentIn(known);
	const done = new Set(
		cells.filter((_, i) => known.readings[i]?.done).map(({ run }) => run),
	);
	const living = cells.filter(
		({ run }) => wanted.has(run) && isLiving(sent.get(run)?.job),
	);
	const jobs = new Map<string, SeenJob>();
	for (const { run } of living) {
		const last = sent.get(run) as SentIn;
		checkAlone(last, (other) => !wanted.has(other) && !done.has(other));
		const job = last.job as SeenJob;
		jobs.set(`${job.submission} ${job.index}`, job);
	}
	const all = [...jobs.values()];
	for (const executor of new Set(all.map((job) => job.executor))) {
		const own = all.filter((job) => job.executor === executor);
		const ids = own.map(({ id }) => id);
		await executor.cancel({ folder, id: plan.id }, ids);
	}
	return living;
}
