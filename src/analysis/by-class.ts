import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import {
	type CellOptions,
	cellChecks,
	scoredCorruptions,
} from "./scored-corruption.js";
import { figureOf, selectMetric } from "./select-metric.js";
import {
	groupBy,
	type Results,
	type Row,
	rowsOf,
	tableOf,
} from "./table-rows.js";

/** `IoU: sky` is the IoU of the class sky. */
const ofClass = /^(?<figure>.*?): (?<name>.*)$/;

/** The rows of the runs that have a figure everywhere. */
const whole = (rows: readonly ResultRow[], name: string): ResultRow[] =>
	groupBy(rows, ({ run }) => run)
		.filter((own) => own.every((row) => figureOf(row, name) !== undefined))
		.flat();

/**
 * Clean, corrupted and drop of each class, for each group of runs, where the metric has figures of single
 * classes.
 *
 * Columns: those of `by`, in which `metric` is the figure, such as `IoU`; then `class`, `runs`, `clean`,
 * `corrupted` and `drop`. A class is left out for runs that have no figure of it in one of their cells: it
 * neither is there nor was found. Throws as `robustness` does, and where no row has such figures.
 */
export function byClass(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("byClass", cells, cellChecks);
	const rows = rowsOf(results);
	scoredCorruptions(cells.corruptions ?? [], rows);
	const names = new Set(
		rows.flatMap(({ details }) => Object.keys(details ?? {})),
	);
	const found = [...names].flatMap((name) => {
		const { figure, name: one } = ofClass.exec(name)?.groups ?? {};
		const complete = figure === undefined ? [] : whole(rows, name);
		if (complete.length === 0) return [];
		const table = robustness(selectMetric(complete, name), by, cells);
		return (table.objects() as Row[]).map(
			({ runs, clean, corrupted, drop, ...row }) => {
				const key = Object.fromEntries(
					by.map((column) => [column, row[column]]),
				);
				return {
					...key,
					metric: figure,
					class: one,
					runs,
					clean,
					corrupted,
					drop,
				};
			},
		);
	});
	if (found.length === 0)
		throw new RangeError(
			"the results have no figures of single classes, such as `IoU: sky` among their details",
		);
	return tableOf(found);
}
