import {
	type CellStatus,
	countStates,
	type SweepStatus,
} from "./cell-status.js";
import type { CellState } from "./executor.js";
import type { SeenJob, SeenJobs } from "./executors.js";
import type { Failure } from "./failure.js";
import { fileEnd } from "./file-end.js";
import { type HeldBy, isHolderAlive } from "./held-by.js";
import { planFiles } from "./plan-files.js";
import { progressOf } from "./progress.js";
import type { CellReading } from "./read-cell.js";
import type { Submission } from "./submission.js";
import type { SweepCell } from "./sweep-cell.js";

/** All that is known of a sweep at one moment. */
export interface Known {
	readonly cells: readonly SweepCell[];
	readonly readings: readonly CellReading[];
	readonly failures: ReadonlyMap<string, Failure>;
	readonly submissions: readonly Submission[];
	readonly seen: SeenJobs;
	/** Whether the claim of a process of another machine has moved within the last minute. */
	moves(run: string, held: HeldBy): boolean;
}

/** The job that a cell was sent in last. */
export interface SentIn {
	readonly submission: Submission;
	readonly index: number;
	/** What its executor says of it, where that still sees it. */
	readonly job?: SeenJob;
}

/** For each run the job that it was sent in: the one that lives, or the last. */
export function sentIn({
	submissions,
	seen,
}: Pick<Known, "submissions" | "seen">): Map<string, SentIn> {
	const jobs = new Map(
		seen.jobs.map((job) => [`${job.submission} ${job.index}`, job]),
	);
	const found = new Map<string, SentIn>();
	for (const submission of submissions)
		submission.jobs.forEach((runs, index) => {
			const job = jobs.get(`${submission.number} ${index}`);
			for (const run of runs) {
				if (isLiving(found.get(run)?.job) && !isLiving(job)) continue;
				found.set(run, { submission, index, ...(job && { job }) });
			}
		});
	return found;
}

/** Whether a job waits or runs. */
export const isLiving = (job: SeenJob | undefined): boolean =>
	job !== undefined && job.state !== "ended";

/** Whether a process is at work on a run. */
function isHeld(
	run: string,
	{ held }: CellReading,
	{ seen, moves }: Known,
): boolean {
	if (!held) return false;
	const job = seen.jobs.find(({ id }) => id === held.job);
	if (job?.state === "ended") return false;
	return isHolderAlive(held) ?? moves(run, held);
}

/** The cell that a running job is at: the first that is neither done nor failed. */
const currentOf = (
	{ submission, index }: SentIn,
	isOver: (run: string) => boolean,
): string | undefined => submission.jobs[index]?.find((run) => !isOver(run));

const logBytes = 4096;
const logLines = 20;

function endOfLog(folder: string, job: string | undefined): string | undefined {
	if (job === undefined) return undefined;
	const text = fileEnd(planFiles(folder).log(job), logBytes);
	return text?.trimEnd().split("\n").slice(-logLines).join("\n");
}

/** How far each cell is: what the folders say counts, and what executors say helps. */
export function judgeCells(folder: string, known: Known): SweepStatus {
	const { cells, readings, failures, seen } = known;
	const sent = sentIn(known);
	const done = new Set(
		cells.filter((_, i) => readings[i]?.done).map(({ run }) => run),
	);
	const isOver = (run: string) => done.has(run) || failures.has(run);
	const stateOf = (run: string, reading: CellReading): CellState => {
		if (reading.done) return "done";
		if (isHeld(run, reading, known)) return "running";
		if (reading.problem !== undefined) return "failed";
		const last = sent.get(run);
		const { job } = last ?? {};
		if (failures.has(run) && job?.state !== "pending") return "failed";
		if (last && isLiving(job))
			return job?.state === "running" && currentOf(last, isOver) === run
				? "running"
				: "pending";
		if (reading.begun) return "stopped";
		const { reason = "cancelled" } = job ?? {};
		return /cancel/i.test(reason) ? "waiting" : "failed";
	};
	const all = cells.map((cell, i): CellStatus => {
		const reading = readings[i] as CellReading;
		const { run } = cell;
		const state = stateOf(run, reading);
		const { job, submission, index = 0 } = sent.get(run) ?? {};
		const failure = state === "failed" ? failures.get(run) : undefined;
		const id = job?.id ?? (submission?.ids?.[index] || undefined);
		const node = job?.node ?? failure?.host ?? reading.held?.host;
		const reason =
			state === "done"
				? undefined
				: (reading.problem ?? failure?.message ?? job?.reason);
		const log = ["failed", "stopped"].includes(state)
			? endOfLog(folder, id)
			: undefined;
		return {
			cell,
			state,
			...progressOf(cell, reading),
			rows: reading.rows.length,
			...(id !== undefined && { job: id }),
			...(node !== undefined && { node }),
			...(reason !== undefined && { reason }),
			...(log && { log }),
		};
	});
	return { cells: all, counts: countStates(all), notes: seen.silent };
}
