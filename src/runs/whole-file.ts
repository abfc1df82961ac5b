import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../checkpoint/make-folder.js";
import { publishFile } from "./publish-file.js";
import { writing } from "./storage-error.js";

/** Writes a file that appears under its name only once it is whole and on the disk. */
export function writeWhole(path: string, content: string | Uint8Array): void {
	writing(path, () =>
		publishFile(path, (descriptor) => writeFileSync(descriptor, content)),
	);
}

/** Makes a folder, and those around it, where it is not there yet. */
export function makeFolder(path: string): void {
	writing(path, () => makeFolders(path));
}

/** Removes what a process that was killed while it wrote has left in a folder. */
export function removePartials(folder: string): void {
	for (const name of readdirSync(folder))
		if (name.endsWith(".partial")) rmSync(join(folder, name), { force: true });
}
