import {
	closeSync,
	fsyncSync,
	openSync,
	readdirSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writing } from "./storage-error.js";

/** Writes a text file that appears under its name only once it is whole and on the disk. */
export function writeWhole(path: string, text: string): void {
	const partial = `${path}.${process.pid}.partial`;
	writing(path, () => {
		try {
			const descriptor = openSync(partial, "w");
			try {
				writeFileSync(descriptor, text);
				fsyncSync(descriptor);
			} finally {
				closeSync(descriptor);
			}
			renameSync(partial, path);
		} catch (error) {
			rmSync(partial, { force: true });
			throw error;
		}
	});
}

/** Removes what a process that was killed while it wrote has left in a folder. */
export function removePartials(folder: string): void {
	for (const name of readdirSync(folder))
		if (name.endsWith(".partial")) rmSync(join(folder, name), { force: true });
}
