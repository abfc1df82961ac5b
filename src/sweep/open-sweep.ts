import type { ResultRow } from "../evaluate/result-row.js";
import { cancelJobs } from "./cancel-jobs.js";
import type { SweepStatus } from "./cell-status.js";
import { type AnyExecutor, executorsOf, type SeenJobs } from "./executors.js";
import { readFailures } from "./failure.js";
import { judgeCells, type Known } from "./judge-cells.js";
import { movingClaims } from "./moving-claims.js";
import { type Plan, readPlan } from "./plan.js";
import { type CellReading, readCell } from "./read-cell.js";
import { readSubmissions } from "./submission.js";
import { type Submitted, submitCells } from "./submit-cells.js";
import { cellsOfPlan, type SweepCell } from "./sweep-cell.js";

/** Settings of `status`. */
export interface StatusOptions {
	/** How old, in seconds, what executors said last may be; 0, the default, asks them anew. */
	readonly jobsEvery?: number;
}

/** Many runs, planned together: what is on the disk counts, and any process can attach to it. */
export interface Sweep {
	/** A hash of its plan. */
	readonly id: string;
	/** Its own folder, absolute. */
	readonly folder: string;
	/** In the order in which they were planned. */
	readonly cells: readonly SweepCell[];
	/**
	 * Sends the cells that are neither done nor in the hands of a living job, and says which; nothing in this process has to
	 * stay alive for them. Failed ones are sent again. Throws where the executor, or that of an earlier submission, does not
	 * answer: nothing is then sent.
	 */
	submit(executor: AnyExecutor): Promise<Submitted>;
	/** How far each cell is, from the folders of the runs; what executors say of jobs is a help. */
	status(options?: StatusOptions): Promise<SweepStatus>;
	/** The rows that are there so far, each once, in the order of the cells. */
	rows(): Promise<readonly ResultRow[]>;
	/**
	 * Ends the jobs of some cells, or of all, and says whose; what their runs have saved stays. Throws where a job works on
	 * other unfinished cells as well.
	 */
	cancel(
		cells?: readonly (SweepCell | string)[],
	): Promise<readonly SweepCell[]>;
}

/** What a process knows of a sweep, and how it comes to know more. */
export interface OpenSweep {
	readonly folder: string;
	readonly plan: Plan;
	readonly cells: readonly SweepCell[];
	readonly executors: ReturnType<typeof executorsOf>;
	/** Reads the folders of the runs that were not done when they were read last. */
	read(): readonly CellReading[];
	/** All that is known at this moment; asks executors unless what they said last is young enough. */
	look(options?: StatusOptions): Promise<Known>;
}

function openFolder(folder: string): OpenSweep {
	const plan = readPlan(folder);
	const cells = cellsOfPlan(folder, plan);
	const executors = executorsOf({ folder, id: plan.id });
	const readings: CellReading[] = [];
	const moves = movingClaims();
	let seen: { readonly jobs: SeenJobs; readonly at: number } | undefined;
	const read = (): readonly CellReading[] => {
		cells.forEach(({ folder: run }, i) => {
			if (readings[i]?.done) return;
			const task = plan.tasks[plan.cells[i]?.task as number];
			readings[i] = readCell(run, task as Plan["tasks"][number]);
		});
		return [...readings];
	};
	return {
		...{ folder, plan, cells, executors, read },
		async look({ jobsEvery = 0 } = {}) {
			const submissions = readSubmissions(folder);
			const age = performance.now() - (seen?.at ?? Number.NEGATIVE_INFINITY);
			if (!seen || age >= 1000 * jobsEvery)
				seen = {
					jobs: await executors.ask(submissions),
					at: performance.now(),
				};
			// Read after the jobs: one that has ended since has left all that it made.
			const known = { cells, readings: read(), submissions, moves };
			return { ...known, failures: readFailures(folder), seen: seen.jobs };
		},
	};
}

/** The sweep in a folder, by an absolute path. */
export function openSweep(folder: string): Sweep {
	const open = openFolder(folder);
	const { plan, cells } = open;
	return {
		id: plan.id,
		folder,
		cells,
		submit: (executor) => submitCells(open, executor),
		status: async (options) => judgeCells(folder, await open.look(options)),
		rows: async () => open.read().flatMap(({ rows }) => rows),
		cancel: (wanted) => cancelJobs(open, wanted),
	};
}
