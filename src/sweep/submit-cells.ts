import { setTimeout as delay } from "node:timers/promises";
import { engineChoice } from "../engine/engine.js";
import { withClaim } from "../runs/claim.js";
import { cellsPerJobOf, type Executor } from "./executor.js";
import type { AnyExecutor, SeenJobs } from "./executors.js";
import { isHolderAlive } from "./held-by.js";
import { isRefused } from "./is-refused.js";
import { isLiving, type Known, sentIn } from "./judge-cells.js";
import type { OpenSweep } from "./open-sweep.js";
import { type Submission, writeSubmission } from "./submission.js";
import type { SweepCell } from "./sweep-cell.js";

/** What was sent. */
export interface Submitted {
	/** The cells that were sent; none where none had to be. */
	readonly cells: readonly SweepCell[];
	/** What the executor calls their jobs. */
	readonly jobs: readonly string[];
	/** Which submission of the sweep it is, from 1; not there where nothing was sent. */
	readonly submission?: number;
	/** What was sent, and what was not, as a sentence. */
	readonly message: string;
}

const waitMilliseconds = 100;
/** How long another process may be at submitting. */
const patienceMilliseconds = 120_000;

/** Does something while no other process submits the sweep; waits for one that does. */
async function aloneIn<Result>(
	folder: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const began = performance.now();
	for (;;)
		try {
			return await withClaim(folder, work);
		} catch (error) {
			const waited = performance.now() - began;
			if (!isRefused(error) || waited > patienceMilliseconds) throw error;
			await delay(waitMilliseconds);
		}
}

/** Writes down what executors call the jobs of submissions whose process ended before it could. */
function recordLost(folder: string, { submissions, seen }: Known): void {
	for (const submission of submissions) {
		if (submission.ids) continue;
		const own = seen.jobs.filter((job) => job.submission === submission.number);
		if (own.length === 0) continue;
		const ids = submission.jobs.map(
			(_, index) => own.find((job) => job.index === index)?.id ?? "",
		);
		writeSubmission(folder, { ...submission, ids });
	}
}

/** Throws where it cannot be known which jobs live. */
function checkAnswers({ silent }: SeenJobs): void {
	if (silent.length === 0) return;
	throw new Error(
		`nothing is submitted, since cells that have jobs would be sent twice: ${silent.join("; ")}`,
	);
}

/** Those that are neither done nor in the hands of anybody who is known to live. */
function cellsToSend(known: Known): SweepCell[] {
	const sent = sentIn(known);
	return known.cells.filter(({ run }, i) => {
		const { done, held } = known.readings[i] as Known["readings"][number];
		if (done || isLiving(sent.get(run)?.job)) return false;
		return !(held && isHolderAlive(held));
	});
}

function grouped<Item>(items: readonly Item[], most: number): Item[][] {
	return Array.from({ length: Math.ceil(items.length / most) }, (_, i) =>
		items.slice(i * most, (i + 1) * most),
	);
}

function messageOf(known: Known, cells: readonly SweepCell[], name: string) {
	const done = known.readings.filter((reading) => reading.done).length;
	const others = known.cells.length - done - cells.length;
	const rest = [
		...(done > 0 ? [`${done} done`] : []),
		...(others > 0 ? [`${others} at work or waiting in a job`] : []),
	];
	const what =
		cells.length === 0
			? "nothing is sent"
			: `${cells.length} of ${known.cells.length} cells are sent to ${name}`;
	return rest.length === 0 ? what : `${what}: ${rest.join(", ")}`;
}

async function send(
	{ folder, plan }: OpenSweep,
	submission: Submission,
	executor: Executor,
): Promise<readonly string[]> {
	const { number, jobs } = submission;
	// Written before: a worker reads it, and a process that is killed now leaves a trace of what it sent.
	writeSubmission(folder, submission);
	const ids = await executor.submit({
		...{ folder, id: plan.id, submission: number },
		jobs: jobs.length,
	});
	writeSubmission(folder, { ...submission, ids });
	return ids;
}

/** Sends the cells of a sweep that nobody has in hand. */
export async function submitCells(
	open: OpenSweep,
	given: AnyExecutor,
): Promise<Submitted> {
	const { folder, executors } = open;
	const { executor, written } = executors.known(given);
	return aloneIn(folder, async () => {
		const known = await open.look();
		checkAnswers(known.seen);
		recordLost(folder, known);
		const cells = cellsToSend(known);
		const message = messageOf(known, cells, executor.name);
		if (cells.length === 0) return { cells, jobs: [], message };
		// Whoever does not answer is sent nothing: what is written down might have been sent.
		await executor.jobs({ folder, id: open.plan.id });
		const number = (known.submissions.at(-1)?.number ?? 0) + 1;
		const runs = cells.map(({ run }) => run);
		const jobs = grouped(runs, cellsPerJobOf(executor, runs.length));
		const engine = engineChoice();
		const submission = { number, executor: written, engine, jobs };
		const ids = await send(open, submission, executor);
		return { cells, jobs: ids, submission: number, message };
	});
}
