import { resolve } from "node:path";
import { inspect } from "node:util";
import { useEngine } from "../engine/engine.js";
import { threadCount } from "../parallel/thread-count.js";
import { progressText, type Reporter } from "../train/reporter.js";
import { removeFailure, writeFailure } from "./failure.js";
import { isRefused } from "./is-refused.js";
import { type Plan, type PlannedCell, readPlan } from "./plan.js";
import { slurmCommand } from "./slurm-command.js";
import { readSubmission } from "./submission.js";
import {
	isDone,
	type Workshop,
	workOnCell,
	workshopOf,
} from "./work-on-cell.js";
import { workerJob } from "./worker-job.js";
import { WorkerStopped } from "./worker-stopped.js";

/** How a worker ends. */
export const exitCodes = { done: 0, failed: 1, saved: 75 } as const;

/** What came of a cell. */
type Outcome = "done" | "skipped" | "failed" | "stopped";

/** Writes a line to the job's log. */
function say(line: string): void {
	process.stdout.write(`${new Date().toISOString()}  ${line}\n`);
}

const quietMilliseconds = 30_000;

/** Says how far things are, every half a minute. */
function loggingReporter(): Reporter {
	let saidAt = Number.NEGATIVE_INFINITY;
	return (progress) => {
		const now = performance.now();
		if (now - saidAt < quietMilliseconds) return;
		saidAt = now;
		say(progressText(progress));
	};
}

function noteFailure(folder: string, run: string, error: unknown): void {
	const message = error instanceof Error ? error.message : String(error);
	// With its causes: what a task threw stands there.
	const stack = inspect(error);
	const { host, job, attempt } = workerJob();
	say(`${run} failed: ${stack}`);
	writeFailure(folder, run, {
		message,
		stack,
		...{ host, job, attempt, when: new Date().toISOString() },
	});
}

async function outcomeOf(
	workshop: Workshop,
	cell: PlannedCell,
	signal: AbortSignal,
): Promise<Outcome> {
	const { folder } = workshop;
	const { run } = cell;
	try {
		if (isDone(workshop, cell)) {
			say(`${run} is done already`);
			return "done";
		}
		signal.throwIfAborted();
		removeFailure(folder, run);
		say(`${run} begins`);
		await workOnCell(workshop, cell, { signal, reporter: loggingReporter() });
		say(`${run} is done`);
		return "done";
	} catch (error) {
		if (signal.aborted) {
			say(`${run} is saved: ${(signal.reason as Error).message}`);
			return "stopped";
		}
		if (isRefused(error)) {
			say(`${run} is left to another: ${(error as Error).message}`);
			return "skipped";
		}
		noteFailure(folder, run, error);
		return "failed";
	}
}

/** The cells of a job; throws where the submission has no such job, or the plan no such run. */
function cellsOfJob(
	folder: string,
	plan: Plan,
	{ submission, job }: { readonly submission: number; readonly job: number },
): PlannedCell[] {
	const runs = readSubmission(folder, submission).jobs[job];
	if (!runs)
		throw new Error(`submission ${submission} of ${folder} has no job ${job}`);
	return runs.map((run) => {
		const cell = plan.cells.find((one) => one.run === run);
		if (cell) return cell;
		throw new Error(`the plan in ${folder} has no run ${run}`);
	});
}

/** Engine, threads and folder, as the plan's notebook had them; throws where there is no such engine. */
async function prepare(folder: string, plan: Plan): Promise<void> {
	process.chdir(resolve(folder, plan.workingFolder));
	const { SLURM_CPUS_PER_TASK: cpus } = process.env;
	process.env.ROBUST_TRANSFER_THREADS ||= cpus ?? "";
	const { name, device } = await useEngine(undefined, {
		threads: threadCount(),
	});
	const { host, job, attempt } = workerJob();
	const threads = `${threadCount()} threads`;
	say(`${job}, attempt ${attempt}, on ${host}: ${name}, ${device}, ${threads}`);
}

async function afterStop(reason: unknown): Promise<void> {
	const { isSlurm, job } = workerJob();
	const isTimeUp =
		reason instanceof WorkerStopped && reason.signal === "SIGUSR2";
	if (!isSlurm || !isTimeUp) return;
	say(`${job} is to be requeued`);
	// The call may be ended by the requeue that it causes; where it fails, a new submission sends the cells again.
	await slurmCommand("scontrol", ["requeue", job]).catch((error: Error) =>
		say(error.message),
	);
}

/**
 * Works on the cells of a job, one after another, and gives the exit code: 0, 1 where one failed, 75 where a signal has ended
 * it before all were done, and what there was is saved.
 *
 * A cell that fails leaves a file that says why, and does not stop the others.
 */
export async function runJob(
	[given = "", submission, job]: readonly string[],
	signal: AbortSignal,
): Promise<number> {
	const folder = resolve(given);
	let plan: Plan;
	let cells: readonly PlannedCell[];
	try {
		plan = readPlan(folder);
		const which = { submission: Number(submission), job: Number(job) };
		cells = cellsOfJob(folder, plan, which);
	} catch (error) {
		say(`the worker has nothing to work on: ${(error as Error).message}`);
		return exitCodes.failed;
	}
	const workshop = workshopOf(folder, plan);
	try {
		await prepare(folder, plan);
	} catch (error) {
		for (const cell of cells)
			if (!isDone(workshop, cell)) noteFailure(folder, cell.run, error);
		return exitCodes.failed;
	}
	const outcomes: Outcome[] = [];
	for (const cell of cells)
		outcomes.push(await outcomeOf(workshop, cell, signal));
	if (outcomes.includes("stopped")) {
		await afterStop(signal.reason);
		return exitCodes.saved;
	}
	return outcomes.includes("failed") ? exitCodes.failed : exitCodes.done;
}
