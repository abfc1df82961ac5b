import type { ColumnTable } from "arquero";
import { publishedSets } from "../evaluate/published/sets.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { type Results, type Row, rowsOf, tableOf } from "./table-rows.js";

/** The share of the AP on COCO that is expected on COCO-O. */
const expectedShare = 0.45;

/**
 * The score of each group of runs on COCO-O: one row for each.
 *
 * Columns: those of `by`, then `runs`, `clean` (box AP on COCO), `mean` over the six domains, and
 * `effectiveRobustness = mean - 0.45 * clean`. Throws as `robustness` does, and where a run lacks a domain.
 *
 * Source: Mao et al. 2023, whose Faster R-CNN has 37.4, 16.4 and -0.41.
 */
export function cocoORobustness(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
): ColumnTable {
	const rows = rowsOf(results).filter(
		({ set, corruption }) => set === "coco-o" || corruption === "clean",
	);
	const strange = rows.find(({ metric }) => metric !== "box AP");
	if (strange)
		throw new RangeError(
			`effective robustness on COCO-O is of box AP, not of ${strange.metric}: filter the results`,
		);
	const { names } = publishedSets["coco-o"];
	const table = robustness(rows, by, { corruptions: names, severities: [1] });
	return tableOf(
		(table.objects() as Row[]).map(({ runs, clean, corrupted, ...row }) => ({
			...Object.fromEntries(by.map((column) => [column, row[column]])),
			runs,
			clean,
			mean: corrupted,
			effectiveRobustness:
				(corrupted as number) - expectedShare * (clean as number),
		})),
	);
}
