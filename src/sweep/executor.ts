import { shown } from "../check/shown.js";
import type { Own } from "../own.js";

/** Jobs that are to be run: each works on its cells: fine-tunes one after another, and scores them together. */
export interface SubmitRequest {
	/** The sweep's own folder, absolute. */
	readonly folder: string;
	/** The sweep's id: what its jobs are called is made of it. */
	readonly id: string;
	/** Which submission of the sweep it is, from 1; workers read `submissions/<number>.json`. */
	readonly submission: number;
	/** How many jobs; the worker is told which one it is, from 0. */
	readonly jobs: number;
}

/** A job as an executor knows it. */
export interface Job {
	/** What the executor calls it, such as `1234_7`. */
	readonly id: string;
	readonly submission: number;
	/** Its place in the submission, from 0. */
	readonly index: number;
	readonly state: "pending" | "running" | "ended";
	readonly node?: string;
	/** Why it waits or how it ended, in the executor's own words: `Priority`, `TIMEOUT`, `exit 7`. */
	readonly reason?: string;
}

/** The sweep that an executor is asked about. */
export type SweepPlace = Pick<SubmitRequest, "folder" | "id">;

/**
 * What runs the jobs of a sweep: this machine, Slurm, or something of one's own.
 *
 * A job is the command `node <dist>/src/sweep/worker.js <folder> <submission> <index>`. What an executor says of jobs is
 * a help; whether a cell is done is read from its run's folder.
 */
export interface Executor {
	readonly name: string;
	/** Jobs at once, at most; as many as there are by default. */
	readonly atOnce?: number;
	/**
	 * Cells of one job, which are fine-tuned one after another and then scored together, or what makes that of how many
	 * cells are sent; 1 by default.
	 */
	readonly cellsPerJob?: number | ((cells: number) => number);
	/** Threads of each job; those of this process by default. */
	readonly threads?: number;
	/** Starts jobs, and returns once that they will run does not depend on this process; what it returns is written down. */
	submit(request: SubmitRequest): Promise<readonly string[]>;
	/** The jobs of a sweep that can still be seen; throws where there is no answer. */
	jobs(sweep: SweepPlace): Promise<readonly Job[]>;
	/** Ends jobs; those that have ended already are left alone. */
	cancel(sweep: SweepPlace, ids: readonly string[]): Promise<void>;
}

/** How many cells each job of an executor has, of so many that are sent; throws where that is no whole number from 1. */
export function cellsPerJobOf(
	{ name, cellsPerJob = 1 }: Pick<Executor, "name" | "cellsPerJob">,
	cells: number,
): number {
	const count =
		typeof cellsPerJob === "number" ? cellsPerJob : cellsPerJob(cells);
	if (Number.isInteger(count) && count > 0) return count;
	throw new RangeError(
		`the executor ${name} must have a whole number of cells in each job, not ${shown(count)} for ${cells} cells`,
	);
}

/** An executor as submissions write it down, so that another process can ask it: a name and options. */
export type ExecutorSettings = Own<Executor>;

/** How far a cell is. */
export type CellState =
	/** Neither begun nor submitted. */
	| "waiting"
	/** Submitted, not begun. */
	| "pending"
	| "running"
	/** Begun, and nobody works on it. */
	| "stopped"
	| "done"
	| "failed";
