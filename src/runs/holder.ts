import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { markOf, type ProcessMark } from "./process-mark.js";

/** Who holds a claim. */
export interface Holder extends ProcessMark {
	/** Of the claim's folder: the file of another holder says nothing. */
	readonly token: string;
	readonly host: string;
	/** Which of the systems of that name: containers may have one name, and ids of processes of their own. */
	readonly system?: string;
	/** Slurm's job, with the place in its array, where there is one. */
	readonly job?: string;
	/** How often Slurm has begun that job anew. */
	readonly attempt?: number;
}

/** The file in a claim's folder that says who holds it. */
export const holderFile = "holder.json";

/** The job of Slurm that this process is, and how often it was begun anew; nothing where it is none. */
export function slurmJob(
	environment = process.env,
): Pick<Holder, "job" | "attempt"> {
	const {
		SLURM_JOB_ID: single,
		SLURM_ARRAY_JOB_ID: array,
		SLURM_ARRAY_TASK_ID: task,
		SLURM_RESTART_COUNT: restarts = "0",
	} = environment;
	const job = array && task ? `${array}_${task}` : single;
	return job ? { job, attempt: Number(restarts) || 0 } : {};
}

/** The system since it was started, and its set of process ids, as Linux tells them; nothing elsewhere. */
function ownSystem(): Pick<Holder, "system"> {
	try {
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
		return { system: `${boot} ${readlinkSync("/proc/self/ns/pid")}` };
	} catch {
		return {};
	}
}

/** Whether a holder's process id is one of those that this process sees. */
export function isOfThisSystem({ host, system }: Partial<Holder>): boolean {
	const { system: own } = ownSystem();
	const isAnother = own && system && own !== system;
	return host === hostname() && !isAnother;
}

/** This process, as the holder of a claim. */
export const ownHolder = (token: string): Holder => ({
	token,
	host: hostname(),
	...ownSystem(),
	...markOf(process.pid),
	...slurmJob(),
});

/** Who holds the claim in a folder with that token; undefined where it does not say so, or not yet. */
export function readHolder(path: string, token: string): Holder | undefined {
	try {
		const text = readFileSync(join(path, holderFile), "utf8");
		const holder = JSON.parse(text) as Holder | null;
		const isWhole =
			holder?.token === token &&
			Number.isInteger(holder.pid) &&
			typeof holder.host === "string";
		return isWhole ? holder : undefined;
	} catch {
		return undefined;
	}
}

/** A holder in words, as the subject of a sentence. */
export function describeHolder({ pid, host, job, attempt }: Holder): string {
	const process = `process ${pid} on ${host}`;
	if (job === undefined) return process;
	return `${process}, of Slurm's job ${job}${attempt ? ` in attempt ${attempt}` : ""},`;
}
