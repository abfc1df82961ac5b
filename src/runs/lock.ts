import {
	existsSync,
	linkSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isNothingHeld, withNotebookHold } from "./notebook-hold.js";
import { writing } from "./storage-error.js";

interface Holder {
	readonly pid: number;
	readonly host: string;
	/** When the process began, in its system's own words: process ids are used again. */
	readonly began: string;
}

function beginOf(pid: number): string {
	try {
		const status = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name of the program, in parentheses, may hold spaces.
		return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? "";
	} catch {
		return "";
	}
}

function isAlive({ pid, began }: Holder): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
	return beginOf(pid) === began;
}

function parse(text: string): Holder | undefined {
	try {
		const holder = JSON.parse(text) as Holder;
		return Number.isInteger(holder?.pid) ? holder : undefined;
	} catch {
		return undefined;
	}
}

function refuse(path: string, holder: Holder): never {
	throw new Error(
		`${path}: process ${holder.pid} on ${holder.host} is writing the run; wait for it, or, if it is gone, remove the file`,
	);
}

function isTaken(path: string): boolean {
	try {
		// A link appears whole: no one reads a lock that is half written.
		linkSync(`${path}.${process.pid}.claim`, path);
		return false;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return true;
		throw error;
	}
}

/** Moves the lock of a dead process away; puts it back where another was quicker. */
function removeStale(path: string, stale: string): void {
	const away = `${path}.${process.pid}.stale`;
	try {
		renameSync(path, away);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	if (readFileSync(away, "utf8") !== stale) linkSync(away, path);
	rmSync(away, { force: true });
}

/** Takes a lock; returns false where another call in this process has it. */
function take(path: string): boolean {
	const own: Holder = {
		pid: process.pid,
		host: hostname(),
		began: beginOf(process.pid),
	};
	const claim = `${path}.${process.pid}.claim`;
	writeFileSync(claim, JSON.stringify(own));
	try {
		while (isTaken(path)) {
			const text = existsSync(path) ? readFileSync(path, "utf8") : "";
			const holder = parse(text);
			const isOwn = text === JSON.stringify(own);
			if (isOwn && !isNothingHeld()) return false;
			if (holder && !isOwn && (holder.host !== own.host || isAlive(holder)))
				refuse(path, holder);
			removeStale(path, text);
		}
		return true;
	} finally {
		rmSync(claim, { force: true });
	}
}

const lookMilliseconds = 50;

/**
 * Does something while no other process, nor another call in this one, may write to the folder.
 *
 * Waits for another call in this process, such as that of a cell that was interrupted in the midst of a
 * step. The lock of a process that was killed, or of a call that a notebook terminated, is taken over.
 * Throws where another process writes to the folder, and the reason of `signal` where that ends the wait.
 */
export async function withLock<Result>(
	folder: string,
	work: () => Promise<Result>,
	signal?: AbortSignal,
): Promise<Result> {
	const path = join(folder, "lock");
	while (!writing(path, () => take(path))) {
		signal?.throwIfAborted();
		await delay(lookMilliseconds);
	}
	try {
		return await withNotebookHold(work);
	} finally {
		rmSync(path, { force: true });
	}
}
