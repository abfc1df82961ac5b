import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import { type PublishedScore, publishedScores } from "./published.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, type Row, tableOf } from "./table-rows.js";

const keys = ["task", "metric", "backbone", "transfer", "augment"] as const;

const isOf = (row: Row, published: PublishedScore): boolean =>
	keys.every((key) => row[key] === published[key]);

const beside = (published: PublishedScore | undefined) => ({
	"clean, published": published?.clean ?? null,
	"corrupted, published": published?.corrupted ?? null,
	"drop, published": published?.drop ?? null,
});

/**
 * A table as the study's Tables 4 and 5: clean, corrupted and drop for each kind of run, and beside
 * them, where task and metric are the study's, what it published.
 *
 * Columns: those that distinguish runs, then `clean`, `corrupted`, `drop` and, for COCO and ADE20K,
 * `clean, published` and so on, null for kinds of runs that the tables do not have. Published lines
 * without a run of ours are added. Published scores are of severity 1 and, the learning rate left open,
 * stand beside each. Throws as `robustness` does.
 */
export function studyTable(
	results: Results,
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("studyTable", cells, cellChecks);
	const by = runColumnsOf(results);
	const ours = robustness(results, by, cells).objects() as Row[];
	const published = publishedScores.filter((line) =>
		ours.some(
			({ task, metric }) => line.task === task && line.metric === metric,
		),
	);
	const shown = ours.map((row) => {
		const columns = [...by, "clean", "corrupted", "drop"];
		return Object.fromEntries(columns.map((column) => [column, row[column]]));
	});
	if (published.length === 0) return tableOf(shown);
	const missing = published.filter(
		(line) => !ours.some((row) => isOf(row, line)),
	);
	return tableOf([
		...shown.map((row) => ({
			...row,
			...beside(published.find((line) => isOf(row, line))),
		})),
		...missing.map(({ clean, corrupted, drop, ...line }) => ({
			...line,
			...beside({ ...line, clean, corrupted, drop }),
		})),
	]);
}
