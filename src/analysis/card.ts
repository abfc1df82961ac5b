import type { ColumnTable } from "arquero";
import type { ResultRow } from "../evaluate/result-row.js";
import { byCorruption } from "./breakdown.js";
import { type Fact, provenance } from "./provenance.js";
import { runColumnsOf } from "./run-columns.js";
import { sharedConditions } from "./same-images.js";
import { type Scope, scopeOf } from "./scope.js";
import { foundIn, type ScoreGroups, scoreGroups } from "./score-groups.js";
import { type CellOptions, values } from "./scored-corruption.js";
import { varying } from "./series.js";
import { studyTable } from "./study-table.js";
import { groupBy, type Results, type Row, tableOf } from "./table-rows.js";

/** What a card says of one task. */
export interface Card {
	readonly scope: Scope;
	/** What all its numbers have in common. */
	readonly facts: readonly Fact[];
	/** The kinds of runs, each clean, corrupted and drop. */
	readonly table: ColumnTable;
	/** The kinds of runs, each under every corruption. */
	readonly corruptions: ColumnTable;
	/** Single runs, for the formats that have no means over seeds. */
	readonly scored: ScoreGroups;
}

function checkConditions(rows: readonly ResultRow[], { task }: Scope): void {
	const mixed = sharedConditions
		.map((column) => [column, foundIn(rows, column)] as const)
		.filter(([, found]) => found.length > 1)
		.map(([column, found]) => `${column} ${found.join(" and ")}`);
	const unfinished = values(
		rows.filter(({ step }) => step !== undefined),
		"run",
	);
	if (unfinished.length > 0)
		mixed.push(`finished runs and ${unfinished.join(", ")}, which is not`);
	if (mixed.length > 0)
		throw new Error(
			`a report card compares runs that were scored alike, but those of ${task} mix ${mixed.join("; ")}: filter the results to one of them, and write a card for each`,
		);
}

/** The rows of the cells that a card is of. */
const rowsIn = ({ groups, corruptions, severities }: ScoreGroups) =>
	groups.flatMap(({ runs }) =>
		runs.flatMap(({ clean, cell }) => [
			clean,
			...corruptions.flatMap((corruption) =>
				severities.map((severity) => cell(corruption, severity)),
			),
		]),
	);

/** The columns that all kinds of runs have in common are left out, as they stand among the conditions. */
const differing = (table: ColumnTable, results: Results): string[] => {
	const columns = runColumnsOf(results) as string[];
	const differ = varying(table.objects() as Row[], columns);
	const kept = ["backbone", ...differ];
	return table
		.columnNames()
		.filter((name) => !columns.includes(name) || kept.includes(name));
};

/** A line for each kind of run, a column for each corruption. */
function corruptionTable(results: Results, cells: CellOptions): ColumnTable {
	const columns = runColumnsOf(results);
	const rows = byCorruption(results, columns, cells).objects() as Row[];
	const kindOf = (row: Row) =>
		JSON.stringify(columns.map((column) => row[column]));
	const lines = groupBy(rows, kindOf).map((own) => ({
		...Object.fromEntries(columns.map((column) => [column, own[0]?.[column]])),
		...Object.fromEntries(own.map((row) => [row.corruption, row.score])),
	}));
	const table = tableOf(lines);
	return table.select(differing(table, results));
}

/**
 * What a card says of the runs of one task.
 *
 * Throws where they were not scored alike, one is not finished, or cells are missing.
 */
export function cardOf(
	results: readonly ResultRow[],
	cells: CellOptions,
): Card {
	const scope = scopeOf(results, cells);
	const scored = scoreGroups(results, ["run"], cells);
	const rows = rowsIn(scored);
	checkConditions(rows, scope);
	const table = studyTable(results, cells);
	return {
		scope,
		facts: [
			["task", scope.task],
			["score", `${scope.metric}, in percent`],
			["corrupted", scope.cells],
			["drop", "100 · (clean − corrupted) / clean"],
			...runColumnsOf(rows)
				.filter((column) => !["task", "metric", "reading"].includes(column))
				.map((column): Fact => {
					const name = column === "learningRate" ? "learning rate" : column;
					return [name, values(rows, column).join(", ")];
				}),
			...provenance(rows),
		],
		table: table.select(differing(table, results)),
		corruptions: corruptionTable(results, cells),
		scored,
	};
}
