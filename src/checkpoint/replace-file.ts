import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";

/** Makes a file that appears under its name only once all is written to it, by its descriptor, and on the disk. */
export function replaceFile(
	path: string,
	write: (descriptor: number) => void,
): void {
	const partial = `${path}.${process.pid}.partial`;
	try {
		const descriptor = openSync(partial, "w");
		try {
			write(descriptor);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(partial, path);
	} catch (error) {
		rmSync(partial, { force: true });
		throw error;
	}
}
