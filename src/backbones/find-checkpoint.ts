import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Checks, checkOptions } from "../check/check-options.js";
import { text } from "../check/checks.js";
import { fetchCommand } from "../check/fetch-command.js";
import { isMiniBackboneName, miniBackboneFile } from "./mini-backbone.js";
import { isZooName, zoo, zooEntry } from "./zoo.js";
import type { ZooEntry } from "./zoo-entry.js";

/** Where fetched checkpoints lie, below the folder that the process runs in. */
export const checkpointFolder = join("data", "checkpoints");

/** Where checkpoints are looked for. */
export interface FindOptions {
	/** A folder of the user's to look into after `data/checkpoints`. */
	readonly folder?: string;
	/** A file to take instead of a published one. */
	readonly from?: string;
}

/** Checks of the options that say where a checkpoint is. */
export const findChecks: Checks<FindOptions> = { folder: text, from: text };

/** A checkpoint file, and what is known of it where it is a published one. */
export interface FoundCheckpoint {
	readonly path: string;
	readonly entry?: ZooEntry;
}

function known(name: string): ZooEntry | undefined {
	return isZooName(name) ? zoo[name] : undefined;
}

/**
 * Finds the file of a checkpoint: the one given by `from`, else a published one by its name in the zoo.
 *
 * Throws where there is no such name, and where the file is in neither folder: then with the command that
 * fetches it.
 */
export function findCheckpoint(
	name: string,
	options: FindOptions = {},
): FoundCheckpoint {
	checkOptions("findCheckpoint", options, findChecks);
	const { folder, from } = options;
	if (from !== undefined) {
		if (!existsSync(from)) throw new Error(`there is no file ${from}`);
		const entry = known(name);
		return { path: from, ...(entry && { entry }) };
	}
	if (isMiniBackboneName(name)) return { path: miniBackboneFile(name) };
	const entry = zooEntry(name);
	const folders = [checkpointFolder, ...(folder === undefined ? [] : [folder])];
	const path = folders
		.map((candidate) => join(candidate, entry.file))
		.find(existsSync);
	if (path !== undefined) return { path, entry };
	throw new Error(
		`${entry.file}, the checkpoint ${name}, is not in ${folders.join(" or ")}: fetch it with\n  ${fetchCommand("checkpoints", name)}`,
	);
}
