import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { writeWhole } from "../runs/whole-file.js";
import { isLiving, markOf, type ProcessMark } from "./process-mark.js";

function read(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

function parse(text: string | undefined): ProcessMark | undefined {
	try {
		const mark = JSON.parse(text ?? "") as ProcessMark;
		return Number.isInteger(mark?.pid) ? mark : undefined;
	} catch {
		return undefined;
	}
}

/** The process that has a seat, living or not; undefined where it is free. */
export const holderOf = (path: string): ProcessMark | undefined =>
	parse(read(path));

/** Whether a living process has a seat. */
export function isSeated(path: string): boolean {
	const holder = holderOf(path);
	return holder !== undefined && isLiving(holder);
}

/** Moves the seat of a dead process away; puts it back where another was quicker. */
function clear(path: string, stale: string): void {
	const away = `${path}.${randomUUID()}.partial`;
	try {
		renameSync(path, away);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	if (read(away) !== stale) linkSync(away, path);
	rmSync(away, { force: true });
}

/**
 * Takes a seat that one process of this machine has at a time, and says whether it did; that of a dead one is taken over.
 *
 * The seat is a file that says who has it: whoever removes it, gives it back.
 */
export function takeSeat(path: string): boolean {
	const own = `${path}.${randomUUID()}.partial`;
	writeWhole(own, JSON.stringify(markOf(process.pid)));
	try {
		for (;;) {
			try {
				// A link appears whole: no one reads a seat that is half written.
				linkSync(own, path);
				return true;
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			}
			const text = read(path);
			const holder = parse(text);
			if (holder && isLiving(holder)) return false;
			if (text !== undefined) clear(path, text);
		}
	} finally {
		rmSync(own, { force: true });
	}
}

/** Gives a seat back. */
export const leaveSeat = (path: string): void => rmSync(path, { force: true });
