import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

const isFolder = (path: string): boolean =>
	statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Makes a folder, and those around it, where it is not there yet; throws as `mkdirSync`.
 *
 * Not by its `recursive`, with which Node goes on for ever below /proc, and calls a read-only disk a missing folder.
 */
export function makeFolders(path: string): void {
	if (isFolder(path)) return;
	const around = dirname(path);
	if (around !== path) makeFolders(around);
	try {
		mkdirSync(path);
	} catch (error) {
		// Another process may have made it meanwhile.
		if (!isFolder(path)) throw error;
	}
}
