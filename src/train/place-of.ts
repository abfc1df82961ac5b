import { join } from "node:path";
import { isRun } from "../runs/run-folder.js";
import { isNamedInFull } from "../tasks/published-data.js";
import { earlierId } from "./describe-run.js";
import { openRun, type RunRecord } from "./run.js";

/** A description of a run, and the folder it is in or is to be in. */
export interface Place {
	readonly record: RunRecord;
	readonly folder: string;
}

/**
 * Where a run is: in the folder of its id, or in that of the id which earlier versions gave it.
 *
 * Throws where a run of an earlier version has that place, but does not say of which data of one's own it is.
 */
export function placeOf(runs: string, record: RunRecord): Place {
	const folder = join(runs, record.id);
	const before = isRun(folder) ? null : earlierId(record);
	if (before === null) return { record, folder };
	const earlier = join(runs, before);
	if (!isRun(earlier)) return { record, folder };
	const { contents, train } = record.task;
	if (
		!isNamedInFull({ name: train, ...(contents !== undefined && { contents }) })
	)
		throw new Error(
			`${earlier} was begun by an earlier version, which did not write down what data ${train} held: openRun("${earlier}") still scores it; to fine-tune again, move its folder away`,
		);
	return { record: openRun(earlier).record, folder: earlier };
}
