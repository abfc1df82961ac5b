import { rmSync } from "node:fs";
import { join } from "node:path";
import { withClaim } from "../runs/claim.js";
import { ClaimRefusedError } from "../runs/claim-refused-error.js";
import { isLiving, signalProcess } from "../runs/process-mark.js";
import {
	jobId,
	type LocalJob,
	type LocalRecord,
	localFiles,
	namesIn,
	readRecords,
	readRequests,
	removeRequest,
	writeRecord,
} from "./local-folder.js";
import { startWorker } from "./start-worker.js";

/** What a supervisor knows; all but what it waits for is on the disk too. */
interface Desk {
	readonly sweep: string;
	readonly records: Map<number, LocalRecord>;
	/** Jobs whose workers are its own: their ends are told. */
	readonly own: Set<string>;
	/** Jobs that are told to end, why, and when they are killed. */
	readonly ending: Map<
		string,
		{ readonly reason: string; readonly at: number }
	>;
	/** Looks at once, not only in its turn. */
	wake: () => void;
}

interface Listed {
	readonly record: LocalRecord;
	readonly index: number;
	readonly job: LocalJob;
	readonly id: string;
}

const lookMilliseconds = 250;

function jobsOf(desk: Desk, state: LocalJob["state"]): Listed[] {
	return [...desk.records.values()].flatMap((record) =>
		record.records.flatMap((job, index) =>
			job.state === state
				? [{ record, index, job, id: jobId(record.submission, index) }]
				: [],
		),
	);
}

function change(
	desk: Desk,
	{ record: { submission }, index }: Pick<Listed, "record" | "index">,
	job: LocalJob,
): void {
	const record = desk.records.get(submission) as LocalRecord;
	const changed = { ...record, records: record.records.with(index, job) };
	desk.records.set(submission, changed);
	writeRecord(desk.sweep, changed);
}

/** Takes over what an earlier supervisor has left: workers that live are watched, what it had not begun is not begun. */
function adopt(desk: Desk): void {
	for (const record of readRecords(desk.sweep))
		desk.records.set(record.submission, record);
	for (const listed of jobsOf(desk, "pending"))
		change(desk, listed, {
			state: "ended",
			reason: "not begun: its supervisor was killed",
		});
}

function takeRequests(desk: Desk): void {
	for (const request of readRequests(desk.sweep)) {
		const { submission, jobs } = request;
		const records = Array<LocalJob>(jobs).fill({ state: "pending" });
		const record = { ...request, records };
		if (!desk.records.has(submission)) {
			desk.records.set(submission, record);
			writeRecord(desk.sweep, record);
		}
		removeRequest(desk.sweep, submission);
	}
}

/** Ends a job: one that has begun is told to, and killed after a while. */
function end(desk: Desk, listed: Listed, reason: string): void {
	const { record, job, id } = listed;
	if (job.state === "pending") change(desk, listed, { state: "ended", reason });
	if (job.state !== "running" || !job.worker || desk.ending.has(id)) return;
	const at = performance.now() + 1000 * record.graceSeconds;
	desk.ending.set(id, { reason, at });
	signalProcess(job.worker, "SIGTERM");
}

function endAsked(desk: Desk): void {
	const { ending } = localFiles(desk.sweep);
	const asked = new Set(namesIn(ending));
	if (asked.size === 0) return;
	const jobs = [...jobsOf(desk, "pending"), ...jobsOf(desk, "running")];
	for (const listed of jobs)
		if (asked.has(listed.id)) end(desk, listed, "canceled");
	for (const id of asked) rmSync(join(ending, id), { force: true });
}

/** Looks after workers: those that are late are killed, those of earlier supervisors may have ended unseen. */
function lookAfter(desk: Desk): void {
	for (const listed of jobsOf(desk, "running")) {
		const { id, job } = listed;
		if (!job.worker) continue;
		const { reason, at } = desk.ending.get(id) ?? {};
		if (at !== undefined && performance.now() > at)
			signalProcess(job.worker, "SIGKILL");
		if (desk.own.has(id) || isLiving(job.worker)) continue;
		const unseen = "its end was not seen: its supervisor had been killed";
		change(desk, listed, { ...job, state: "ended", reason: reason ?? unseen });
	}
}

function begin(desk: Desk, listed: Listed): void {
	const { record, index, id } = listed;
	const worker = startWorker(desk.sweep, { ...record, index }, (how) => {
		desk.own.delete(id);
		const reason = desk.ending.get(id)?.reason ?? how;
		change(desk, listed, {
			state: "ended",
			...(worker && { worker }),
			...(reason !== undefined && { reason }),
		});
		desk.wake();
	});
	if (!worker) return;
	desk.own.add(id);
	change(desk, listed, { state: "running", worker });
}

/** Begins what is in its turn while there is room. */
function beginNext(desk: Desk): void {
	for (const listed of jobsOf(desk, "pending")) {
		if (jobsOf(desk, "running").length >= listed.record.atOnce) return;
		begin(desk, listed);
	}
}

const isBusy = (desk: Desk): boolean =>
	jobsOf(desk, "pending").length + jobsOf(desk, "running").length > 0;

function nap(desk: Desk): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, lookMilliseconds);
		desk.wake = () => {
			clearTimeout(timer);
			resolve();
		};
	});
}

async function workOff(desk: Desk, signal: AbortSignal): Promise<void> {
	adopt(desk);
	for (;;) {
		takeRequests(desk);
		endAsked(desk);
		lookAfter(desk);
		if (!signal.aborted) beginNext(desk);
		else
			for (const state of ["pending", "running"] as const)
				for (const listed of jobsOf(desk, state))
					end(desk, listed, "its supervisor was told to end");
		if (!isBusy(desk)) return;
		await nap(desk);
	}
}

async function superviseOnce(
	sweep: string,
	signal: AbortSignal,
): Promise<void> {
	const desk: Desk = {
		sweep,
		records: new Map(),
		own: new Set(),
		ending: new Map(),
		wake: () => {},
	};
	const wake = () => desk.wake();
	signal.addEventListener("abort", wake);
	try {
		await workOff(desk, signal);
	} finally {
		signal.removeEventListener("abort", wake);
	}
}

/**
 * Runs the jobs of a sweep that are asked of this machine, until there are none left.
 *
 * Returns at once where another process does so: that one takes what is asked. What it knows is on the disk, written
 * whole; of a supervisor that was killed it takes over the workers that live. `signal` ends all jobs: those that have
 * begun may save.
 */
export async function supervise(
	sweep: string,
	signal: AbortSignal,
): Promise<void> {
	const { folder } = localFiles(sweep);
	try {
		do await withClaim(folder, () => superviseOnce(sweep, signal));
		while (
			// What was asked in the meantime found somebody at work.
			readRequests(sweep).length > 0
		);
	} catch (error) {
		if (!(error instanceof ClaimRefusedError)) throw error;
	}
}
