import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readResults } from "../../src/evaluate/results.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { openRun } from "../../src/train/run.js";

/** Everything that a run leaves but the time it took; `lines` are those of its results, as they stand in the file. */
export function outcomeOf(folder: string) {
	const run = openRun(folder);
	const files = runFiles(folder);
	const text = readFileSync(files.results, "utf8");
	const steps = new Map(
		run.log.map(({ seconds: _, ...row }) => [row.step, row]),
	);
	return {
		id: run.id,
		log: [...steps.values()],
		rows: readResults(run).map(({ seconds: _, ...row }) => row),
		lines: text.trim().split("\n").length,
		weights: createHash("sha256")
			.update(readFileSync(files.weights))
			.digest("hex"),
	};
}
