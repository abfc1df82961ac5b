import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../src/runs/lock.js";
import { makeFolder } from "../src/runs/whole-file.js";
import { withSlashes } from "./set-layout.js";

/**
 * Writes to the folder of a set while no other process does, given the files that are there, with `/` between folders.
 *
 * What a call that was killed has left half written is removed before.
 */
export function writeSet<Result>(
	output: string,
	write: (present: ReadonlySet<string>) => Promise<Result>,
): Promise<Result> {
	makeFolder(output);
	return withLock(output, async () => {
		const files = await readdir(output, { recursive: true });
		const left = files.filter((file) => /\.(part|partial)$/.test(file));
		for (const file of left) await rm(join(output, file), { force: true });
		return write(new Set(files.map(withSlashes)));
	});
}
