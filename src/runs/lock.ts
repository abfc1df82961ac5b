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
import { withNotebookHold } from "./notebook-hold.js";
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
	const own = holder.pid === process.pid && holder.host === hostname();
	throw new Error(
		own
			? `${path}: this process is writing the run already; wait for it`
			: `${path}: process ${holder.pid} on ${holder.host} is writing the run; wait for it, or, if it is gone, remove the file`,
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

function take(path: string): void {
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
			if (holder && (holder.host !== own.host || isAlive(holder)))
				refuse(path, holder);
			removeStale(path, text);
		}
	} finally {
		rmSync(claim, { force: true });
	}
}

/**
 * Does something while no other process, nor another call in this one, may write to the folder.
 *
 * The lock of a process that was killed is taken over. Throws where the folder is being written to.
 */
export async function withLock<Result>(
	folder: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const path = join(folder, "lock");
	writing(path, () => take(path));
	try {
		return await withNotebookHold(work);
	} finally {
		rmSync(path, { force: true });
	}
}
