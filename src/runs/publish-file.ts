import { rmSync } from "node:fs";
import {
	type Draft,
	draftFile,
	writeDraft,
} from "../checkpoint/replace-file.js";
import { claimOf } from "./held-claim.js";

/** Opens a file that is written, closed, and then published under its name: by the claim of a folder around it, if this process holds one. */
export const openDraft = (path: string): Draft =>
	claimOf(path)?.draft(path) ?? draftFile(path);

/**
 * Makes a file that appears under its name only once all is written to it, by its descriptor, and on the disk.
 *
 * Throws a `ClaimLostError`, and changes nothing, where another process has taken over the folder that this one claimed.
 */
export const publishFile = (
	path: string,
	write: (descriptor: number) => void,
): void => writeDraft(openDraft(path), write);

/** Removes a file, if it is there; throws a `ClaimLostError`, and removes nothing, where another process has taken over its folder. */
export function removeFile(path: string): void {
	const claim = claimOf(path);
	if (claim) claim.remove(path);
	else rmSync(path, { force: true });
}
