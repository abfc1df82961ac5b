import { readRows } from "../runs/rows.js";
import { runFiles } from "../runs/run-folder.js";
import type { Run } from "../train/run.js";
import type { ResultRow } from "./result-row.js";

function isResultRow(value: unknown): value is ResultRow {
	const { run, corruption, score } = (value ?? {}) as Partial<ResultRow>;
	return (
		typeof run === "string" &&
		typeof corruption === "string" &&
		typeof score === "number"
	);
}

/** The rows of a run, in the order in which they became known; throws where the file is damaged. */
export const readResults = ({ folder }: Pick<Run, "folder">): ResultRow[] =>
	readRows(runFiles(folder).results, isResultRow);
