import { join } from "node:path";
import { perImageFolder } from "../runs/per-image-file.js";
import { readRows } from "../runs/rows.js";
import { runFiles } from "../runs/run-folder.js";
import type { Run } from "../train/run.js";
import { isSameCell } from "./cell.js";
import type { ResultRow } from "./result-row.js";

function isResultRow(value: unknown): value is ResultRow {
	const { run, corruption, score } = (value ?? {}) as Partial<ResultRow>;
	return (
		typeof run === "string" &&
		typeof corruption === "string" &&
		typeof score === "number"
	);
}

/** Whether a later row has all that another has: it was scored again, to have its per-image data, or by two processes. */
const replaces = (later: ResultRow, row: ResultRow): boolean =>
	isSameCell(row, later) &&
	(later.perImage !== undefined ||
		(row.perImage === undefined && row.scoring === later.scoring));

/** Without rows that were scored again. */
const withoutReplaced = (rows: readonly ResultRow[]): ResultRow[] =>
	rows.filter(
		(row, i) => !rows.slice(i + 1).some((later) => replaces(later, row)),
	);

/**
 * The rows of a run, in the order in which they became known, with the paths of their per-image data; throws where the
 * file is damaged.
 */
export const readResults = ({ folder }: Pick<Run, "folder">): ResultRow[] =>
	withoutReplaced(readRows(runFiles(folder).results, isResultRow)).map((row) =>
		row.perImage === undefined
			? row
			: { ...row, perImage: join(perImageFolder(folder), row.perImage) },
	);
