import { list, text } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { impliedSource, sourceColumns } from "./source-columns.js";
import type { Results, Row } from "./table-rows.js";

/** The columns that distinguish runs from each other, seeds left out. */
export const runColumns: readonly (keyof ResultRow)[] = [
	"task",
	"metric",
	"backbone",
	"transfer",
	"augment",
	"reading",
	"learningRate",
];

/** Columns that only some rows have, and what the others count as. */
const rareColumns: Readonly<Record<string, string>> = {
	variation: "none",
	step: "finished",
	adaptation: "none",
	weights: "those it ends with",
};

/** Those of them that say which network of a run was scored: no mean is over several. */
export const networkColumns = ["step", "adaptation", "weights"] as const;

/**
 * The columns that distinguish the runs of some results: `variation` too, where a task was changed for any, `step`,
 * where any was scored before it was finished, `adaptation`, where any was adapted, and `weights`, where any was scored
 * with others than those it ends with.
 */
export const runColumnsOf = (results: Results): (keyof ResultRow)[] => {
	const has = (column: string): boolean =>
		"objects" in results
			? results.columnNames().includes(column)
			: results.some((row) => (row as unknown as Row)[column]);
	const rare = Object.keys(rareColumns).filter(has) as (keyof ResultRow)[];
	return [...runColumns, ...rare];
};

/** The value of a column; of one that only some rows have, what the others count as. */
export const columnValue = (row: ResultRow, column: string): unknown =>
	(row as unknown as Row)[column] ??
	rareColumns[column] ??
	impliedSource(row, column);

// These differ between the cells of one run, which a mean is over.
const cellColumns = [
	"corruption",
	"corruptionCode",
	"group",
	"severity",
	"score",
	"variant",
	"channelOrder",
	"corruptionSeed",
	"frost",
	...sourceColumns,
	"seconds",
	"correct",
];

const columnsCheck = list(text);

/** Throws where runs cannot be grouped, or chosen, by columns. */
export function checkColumns(
	rows: readonly ResultRow[],
	by: readonly string[],
	doing = "grouped",
): void {
	const [wrong] = columnsCheck.problems(by, "by");
	if (wrong) throw wrong;
	const [first] = rows;
	if (!first) throw new RangeError("there are no results: evaluate first");
	for (const column of by) {
		if (!Object.hasOwn(rareColumns, column) && !(column in first))
			throw new RangeError(
				`results have no column "${column}": they have ${Object.keys(first).join(", ")}${didYouMean(column, Object.keys(first))}`,
			);
		if (cellColumns.includes(column))
			throw new RangeError(
				`runs cannot be ${doing} by ${column}, which is of single cells: use byCorruption, bySeverity or byGroup, or filter the results`,
			);
	}
}
