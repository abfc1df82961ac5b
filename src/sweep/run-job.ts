import { resolve } from "node:path";
import { inspect } from "node:util";
import { groupBy } from "../analysis/table-rows.js";
import { type EngineChoice, useEngine } from "../engine/engine.js";
import { threadCount } from "../thread-count.js";
import { progressText, type Reporter } from "../train/reporter.js";
import { removeFailure, writeFailure } from "./failure.js";
import { isRefused } from "./is-refused.js";
import { type Plan, type PlannedCell, readPlan } from "./plan.js";
import { slurmCommand } from "./slurm-command.js";
import { readSubmission, type Submission } from "./submission.js";
import {
	isDone,
	scoreCells,
	type Trained,
	trainCell,
	type Watching,
	type Workshop,
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

/** Does something for a cell, and gives what came of that where it was not to be had. */
async function attempt<Result>(
	{ folder }: Workshop,
	run: string,
	signal: AbortSignal,
	work: () => Promise<Result>,
): Promise<Result | Exclude<Outcome, "done">> {
	try {
		return await work();
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

/** Fine-tunes a cell that is not done. */
function trained(
	workshop: Workshop,
	cell: PlannedCell,
	watching: Watching,
): Promise<Outcome | Trained> {
	const { run } = cell;
	return attempt<Outcome | Trained>(
		workshop,
		run,
		watching.signal,
		async () => {
			if (isDone(workshop, cell)) {
				say(`${run} is done already`);
				return "done";
			}
			watching.signal.throwIfAborted();
			removeFailure(workshop.folder, run);
			say(`${run} begins`);
			return trainCell(workshop, cell, watching);
		},
	);
}

/** Scores what was fine-tuned for one task: together, and where that fails one by one, so that it is known whose fault it is. */
async function scored(
	workshop: Workshop,
	cells: readonly Trained[],
	watching: Watching,
): Promise<Outcome[]> {
	const { signal } = watching;
	if (cells.length > 1)
		await scoreCells(cells, watching).catch((error: Error) => {
			if (!signal.aborted) say(`scored one by one: ${error.message}`);
		});
	const outcomes: Outcome[] = [];
	for (const one of cells) {
		const { run } = one.cell;
		outcomes.push(
			await attempt<Outcome>(workshop, run, signal, async () => {
				signal.throwIfAborted();
				await scoreCells([one], watching);
				say(`${run} is done`);
				return "done";
			}),
		);
	}
	return outcomes;
}

/** What came of the cells of a job: all are fine-tuned, one after another, and then scored. */
async function outcomesOf(
	workshop: Workshop,
	cells: readonly PlannedCell[],
	signal: AbortSignal,
): Promise<Outcome[]> {
	const watching = { signal, reporter: loggingReporter() };
	const outcomes: Outcome[] = [];
	const unscored: Trained[] = [];
	for (const cell of cells) {
		const result = await trained(workshop, cell, watching);
		if (typeof result === "string") outcomes.push(result);
		else unscored.push(result);
	}
	for (const alike of groupBy(unscored, ({ cell }) => cell.task))
		outcomes.push(...(await scored(workshop, alike, watching)));
	return outcomes;
}

/** The cells of a job; throws where the submission has no such job, or the plan no such run. */
function cellsOfJob(
	folder: string,
	plan: Plan,
	{ number: submission, jobs }: Submission,
	job: number,
): PlannedCell[] {
	const runs = jobs[job];
	if (!runs)
		throw new Error(`submission ${submission} of ${folder} has no job ${job}`);
	return runs.map((run) => {
		const cell = plan.cells.find((one) => one.run === run);
		if (cell) return cell;
		throw new Error(`the plan in ${folder} has no run ${run}`);
	});
}

/** Engine, threads and folder, as the notebook had them; throws where there is no such engine. */
async function prepare(
	folder: string,
	plan: Plan,
	{ name: wanted, executionProviders }: EngineChoice,
): Promise<void> {
	process.chdir(resolve(folder, plan.workingFolder));
	const { SLURM_CPUS_PER_TASK: cpus } = process.env;
	process.env.ROBUST_TRANSFER_THREADS ||= cpus ?? "";
	const { name, device } = await useEngine(
		wanted,
		executionProviders && { executionProviders },
	);
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
 * Works on the cells of a job, which are fine-tuned one after another and then scored together, and gives the exit code: 0, 1 where one failed, 75 where a signal has ended
 * it before all were done, and what there was is saved.
 *
 * A cell that fails leaves a file that says why, and does not stop the others.
 */
export async function runJob(
	[given = "", number, job]: readonly string[],
	signal: AbortSignal,
): Promise<number> {
	const folder = resolve(given);
	let plan: Plan;
	let submission: Submission;
	let cells: readonly PlannedCell[];
	try {
		plan = readPlan(folder);
		submission = readSubmission(folder, Number(number));
		cells = cellsOfJob(folder, plan, submission, Number(job));
	} catch (error) {
		say(`the worker has nothing to work on: ${(error as Error).message}`);
		return exitCodes.failed;
	}
	const workshop = workshopOf(folder, plan);
	try {
		await prepare(folder, plan, submission.engine ?? {});
	} catch (error) {
		for (const cell of cells)
			if (!isDone(workshop, cell)) noteFailure(folder, cell.run, error);
		return exitCodes.failed;
	}
	const outcomes = await outcomesOf(workshop, cells, signal);
	if (outcomes.includes("stopped")) {
		await afterStop(signal.reason);
		return exitCodes.saved;
	}
	return outcomes.includes("failed") ? exitCodes.failed : exitCodes.done;
}
