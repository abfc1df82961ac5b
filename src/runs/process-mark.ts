import { readFileSync } from "node:fs";

/** A process of this machine: ids are used again, and so it is told apart by its beginning too. */
export interface ProcessMark {
	readonly pid: number;
	/** When it began, in its system's own words; empty where that does not say it. */
	readonly began: string;
}

/** The state and the beginning of a process, as Linux writes them down. */
function statusOf(pid: number): { state: string; began: string } | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name of the program, in parentheses, may hold spaces.
		const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
		return { state: fields[0] ?? "", began: fields[19] ?? "" };
	} catch {
		return undefined;
	}
}

/** How a process that lives is told from a later one of the same id. */
export const markOf = (pid: number): ProcessMark => ({
	pid,
	began: statusOf(pid)?.began ?? "",
});

/** Whether a process of this machine is still at work; one that has ended and waits to be noticed is not. */
export function isLiving({ pid, began }: ProcessMark): boolean {
	const status = statusOf(pid);
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
		// Of another user's process the system may say no more than that it is there.
		if (status === undefined) return true;
	}
	if (status === undefined) return began === "";
	return !["Z", "X"].includes(status.state) && status.began === began;
}

/** Sends a signal to a process, unless it has ended; another of the same id is left alone. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
	if (!isLiving(mark)) return;
	try {
		process.kill(mark.pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
