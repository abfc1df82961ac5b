import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";

/** A file that is being written, and has no name of its own yet. */
export interface Draft {
	readonly descriptor: number;
	/** Gives it its name, in place of what had it; it is to be closed before. */
	publish(): void;
	/** Removes it. */
	discard(): void;
}

/** Opens a file beside its later place, under a name that no other process of any machine uses. */
export function draftFile(path: string): Draft {
	const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
	return {
		descriptor: openSync(partial, "wx"),
		publish: () => renameSync(partial, path),
		discard: () => rmSync(partial, { force: true }),
	};
}

/** Writes a draft by its descriptor, and publishes it once all is on the disk; discards it where that fails. */
export function writeDraft(
	{ descriptor, publish, discard }: Draft,
	write: (descriptor: number) => void,
): void {
	try {
		try {
			write(descriptor);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		publish();
	} catch (error) {
		discard();
		throw error;
	}
}

/** Makes a file that appears under its name only once all is written to it, by its descriptor, and on the disk. */
export const replaceFile = (
	path: string,
	write: (descriptor: number) => void,
): void => writeDraft(draftFile(path), write);
