import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { withClaim } from "../src/runs/claim.js";
import { claimFolder } from "../src/runs/claim-folder.js";
import { makeFolder } from "../src/runs/whole-file.js";
import { withSlashes } from "./set-layout.js";

/** What is in a folder and those in it, but for its claim, which moves meanwhile. */
async function filesOf(output: string): Promise<string[]> {
	const claim = basename(claimFolder(output));
	const entries = await readdir(output, { withFileTypes: true });
	const names = entries.filter(({ name }) => name.split(".")[0] !== claim);
	const inside = names.map(async (entry) => {
		if (!entry.isDirectory()) return [entry.name];
		const files = await readdir(join(output, entry.name), { recursive: true });
		return [entry.name, ...files.map((file) => join(entry.name, file))];
	});
	return (await Promise.all(inside)).flat();
}

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
	return withClaim(output, async () => {
		const files = await filesOf(output);
		const left = files.filter((file) => /\.(part|partial)$/.test(file));
		for (const file of left) await rm(join(output, file), { force: true });
		return write(new Set(files.map(withSlashes)));
	});
}
