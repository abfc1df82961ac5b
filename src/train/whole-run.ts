import type { NamedTensors } from "../checkpoint/tensor.js";
import { type Claim, heeding, withClaim } from "../runs/claim.js";
import { isRun, runFiles } from "../runs/run-folder.js";
import { writeWeights } from "../runs/weights-file.js";
import { makeFolder, removePartials, writeWhole } from "../runs/whole-file.js";
import { openRun, type Run, type RunRecord } from "./run.js";

/**
 * The finished run in a folder; where it is not there, it is made, record and weights in one go, by one process.
 *
 * What `make` is given ends where `signal` does, or another process has taken over. Throws what `make` throws, and the
 * reason of `signal` while another process has the folder.
 */
export async function wholeRun(
	folder: string,
	make: (signal: AbortSignal) => Promise<{
		readonly record: RunRecord;
		readonly tensors: NamedTensors;
	}>,
	signal?: AbortSignal,
): Promise<Run> {
	const isDone = () => isRun(folder) && openRun(folder).finished;
	if (isDone()) return openRun(folder);
	makeFolder(folder);
	const work = async (claim: Claim) => {
		if (isDone()) return;
		removePartials(folder);
		const { record, tensors } = await make(heeding([claim], signal));
		const files = runFiles(folder);
		writeWhole(files.record, `${JSON.stringify(record, null, "\t")}\n`);
		writeWeights(files.weights, tensors, { run: record.id });
	};
	await withClaim(folder, work, signal);
	return openRun(folder);
}
