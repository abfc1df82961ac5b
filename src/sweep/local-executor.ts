import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isLiving } from "../runs/process-mark.js";
import { writeWhole } from "../runs/whole-file.js";
import type { Executor, Job, SweepPlace } from "./executor.js";
import { heldBy, isHolderAlive } from "./held-by.js";
import {
	hostsOf,
	jobId,
	type LocalJob,
	type LocalRequest,
	localFiles,
	makeLocalFolders,
	readRecords,
	removeRequest,
	writeRequest,
} from "./local-folder.js";

/** How workers are run on this machine. */
export type LocalSettings = Pick<
	LocalRequest,
	"atOnce" | "threads" | "graceSeconds" | "command"
>;

const supervisor = fileURLToPath(new URL("./supervisor.js", import.meta.url));
const lookMilliseconds = 25;
const patienceMilliseconds = 120_000;

/** Starts a process that goes on when this one ends; returns whether it still runs. */
function startSupervisor(folder: string): () => boolean {
	const log = openSync(localFiles(folder).log, "a");
	try {
		const child = spawn(process.execPath, [supervisor, folder], {
			detached: true,
			stdio: ["ignore", log, log],
		});
		let runs = true;
		const over = () => {
			runs = false;
		};
		child.once("exit", over);
		child.once("error", over);
		child.unref();
		return () => runs;
	} finally {
		closeSync(log);
	}
}

/** Whether a supervisor of this machine is at work: it has claimed the folder that it writes to. */
export function isSupervisedHere(sweep: string): boolean {
	const held = heldBy(localFiles(sweep).folder);
	return held !== undefined && isHolderAlive(held) !== false;
}

/** Waits until a supervisor has done something, and sees to it that there is one. */
async function untilSupervised(
	folder: string,
	isDone: () => boolean,
): Promise<void> {
	const { log } = localFiles(folder);
	const began = performance.now();
	let runs = startSupervisor(folder);
	while (!isDone()) {
		await delay(lookMilliseconds);
		if (performance.now() - began > patienceMilliseconds)
			throw new Error(
				`no supervisor of ${folder} has begun after ${patienceMilliseconds / 1000} s: ${log} may say why`,
			);
		if (runs() || isDone() || isSupervisedHere(folder)) continue;
		runs = startSupervisor(folder);
	}
}

async function submit(
	{ folder, submission, jobs }: Parameters<Executor["submit"]>[0],
	settings: LocalSettings,
): Promise<readonly string[]> {
	makeLocalFolders(folder);
	const cwd = process.cwd();
	writeRequest(folder, { submission, jobs, cwd, ...settings });
	const taken = () => existsSync(localFiles(folder).record(submission));
	try {
		await untilSupervised(folder, taken);
	} catch (error) {
		removeRequest(folder, submission);
		throw error;
	}
	return Array.from({ length: jobs }, (_, i) => jobId(submission, i));
}

/** What is written down of a job, and what can be seen of its processes. */
function seen(
	job: LocalJob,
	isSupervised: boolean,
): Pick<Job, "state" | "reason"> {
	const { state, worker, reason } = job;
	if (state === "ended" || isSupervised)
		return { state, ...(reason !== undefined && { reason }) };
	if (state === "pending")
		return { state: "ended", reason: "not begun: its supervisor is gone" };
	if (worker && isLiving(worker))
		return { state, reason: "its supervisor is gone, the worker is at work" };
	return {
		state: "ended",
		reason: "its end was not seen: its supervisor is gone",
	};
}

function jobsOn(folder: string, host: string): Job[] {
	const isHere = host === hostname();
	const isSupervised = isHere && isSupervisedHere(folder);
	return readRecords(folder, host).flatMap(({ submission, records }) =>
		records.map((job, index): Job => {
			const { state } = job;
			const unseen = { state, reason: `as ${host} wrote it down last` };
			return {
				id: jobId(submission, index),
				submission,
				index,
				...(isHere || state === "ended" ? seen(job, isSupervised) : unseen),
				...(state !== "pending" && { node: host }),
			};
		}),
	);
}

const allJobs = ({ folder }: SweepPlace): Job[] =>
	hostsOf(folder).flatMap((host) => jobsOn(folder, host));

async function cancel(
	{ folder }: SweepPlace,
	ids: readonly string[],
): Promise<void> {
	const living = () =>
		allJobs({ folder, id: "" }).filter(
			({ id, state }) => ids.includes(id) && state !== "ended",
		);
	const elsewhere = living().find(
		({ node = hostname() }) => node !== hostname(),
	);
	if (elsewhere)
		throw new Error(
			`job ${elsewhere.id} runs on ${elsewhere.node}: it can be canceled there, not on ${hostname()}`,
		);
	const { ending } = localFiles(folder);
	const asked = living().map(({ id }) => join(ending, id));
	if (asked.length === 0) return;
	for (const path of asked) writeWhole(path, "");
	await untilSupervised(
		folder,
		() => living().length === 0 || !asked.some((path) => existsSync(path)),
	);
}

/** An executor that runs a command of one's own for each job on this machine. */
export const localExecutor = (settings: LocalSettings): Executor => ({
	name: "local",
	atOnce: settings.atOnce,
	threads: settings.threads,
	submit: (request) => submit(request, settings),
	jobs: async (sweep) => allJobs(sweep),
	cancel,
});
