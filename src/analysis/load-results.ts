import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { callable } from "../check/checks.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { readResults } from "../evaluate/results.js";
import { tableOf } from "./table-rows.js";

const fileName = "results.jsonl";

/** Settings of `loadResults`. */
export interface LoadResultsOptions {
	/** Gets a sentence for each file whose last line a crash has left unfinished. */
	readonly onWarning?: (warning: string) => void;
}

const checks: Checks<LoadResultsOptions> = { onWarning: callable };

/** The rows of several runs, and what is wrong with their files. */
export interface FoundResults {
	readonly rows: readonly ResultRow[];
	/** A sentence for each file whose last line a crash has left unfinished. */
	readonly warnings: readonly string[];
}

function resultFiles(folder: string): string[] {
	if (!existsSync(folder))
		throw new Error(
			`there is no folder ${folder}: fine-tune and evaluate first, or name the folder the runs are in`,
		);
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((path) => basename(path) === fileName)
		.sort()
		.map((path) => join(folder, path));
	if (files.length === 0)
		throw new Error(
			`no run below ${folder} has results: call evaluate, which writes ${fileName}`,
		);
	return files;
}

function isTorn(path: string): boolean {
	const text = readFileSync(path, "utf8");
	return text !== "" && !text.endsWith("\n");
}

/**
 * The rows of all runs below a folder, and a warning for each last line that a crash has left
 * unfinished; such a line is passed over.
 *
 * Throws where there are no results, and, naming file and line, where any other line is damaged.
 */
export function findResults(folder: string): FoundResults {
	const files = resultFiles(folder);
	return {
		rows: files.flatMap((path) => readResults({ folder: dirname(path) })),
		warnings: files
			.filter(isTorn)
			.map(
				(path) =>
					`${path}: the last line is unfinished and was passed over; evaluate computes it anew`,
			),
	};
}

/**
 * The results of all runs below a folder, or given rows, as an arquero table: one row for each score.
 *
 * The columns are those of `ResultRow`. Throws as `findResults` does.
 */
export function loadResults(
	source: string | readonly ResultRow[],
	options: LoadResultsOptions = {},
): ColumnTable {
	checkOptions("loadResults", options, checks);
	if (typeof source !== "string") return tableOf(source);
	const { rows, warnings } = findResults(source);
	for (const warning of warnings) options.onWarning?.(warning);
	return tableOf(rows);
}
