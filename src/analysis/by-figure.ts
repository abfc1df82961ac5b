import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, text } from "../check/checks.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { selectMetric } from "./select-metric.js";
import { type Results, type Row, tableOf } from "./table-rows.js";

/** Which figures, and which cells their means are over. */
export interface FigureTableOptions extends CellOptions {
	/** By default COCO's AP of boxes: over all overlaps, at one half, and of small, medium and large things. */
	readonly figures?: readonly string[];
}

const checks: Checks<FigureTableOptions> = {
	...cellChecks,
	figures: list(text, { least: 1 }),
};

const boxFigures = ["box AP", "box AP50", "box APs", "box APm", "box APl"];

/**
 * Clean, corrupted and drop of several figures of a metric, such as AP by the size of things: one row for each group of
 * runs and figure.
 *
 * Columns: those of `by`, in which `metric` is the figure; then `runs`, `clean`, `corrupted`, `drop`. Throws as
 * `robustness` does, and where a row has no such figure.
 */
export function byFigure(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: FigureTableOptions = {},
): ColumnTable {
	checkOptions("byFigure", options, checks);
	const { figures = boxFigures, ...cells } = options;
	const columns = by.includes("metric") ? by : [...by, "metric"];
	return tableOf(
		figures.flatMap((figure) => {
			const table = robustness(selectMetric(results, figure), columns, cells);
			return (table.objects() as Row[]).map((row) =>
				Object.fromEntries(
					[...columns, "runs", "clean", "corrupted", "drop"].map((column) => [
						column,
						row[column],
					]),
				),
			);
		}),
	);
}
