import type { ColumnTable } from "arquero";
import type { ResultRow } from "../evaluate/result-row.js";
import { type Results, rowsOf, tableOf } from "./table-rows.js";

/** A figure of a row by its name: its score, or one of its details. */
export function figureOf(
	{ metric, score, details }: ResultRow,
	name: string,
): number | undefined {
	return metric === name ? score : (details?.[name] ?? undefined);
}

/** The figures that rows have, those of single classes only counted. */
function figuresOf(rows: readonly ResultRow[]): string {
	const all = new Set(
		rows.flatMap(({ metric, details }) => [
			metric,
			...Object.keys(details ?? {}),
		]),
	);
	const whole = [...all].filter((name) => !name.includes(": "));
	const single = all.size - whole.length;
	return [
		...whole,
		...(single > 0 ? [`${single} figures of single classes`] : []),
	].join(", ");
}

/**
 * The same results with another figure of their metric as the score, such as `mask AP`.
 *
 * `metric` and `score` are replaced; the score before is among the details, and single predictions, which
 * are of that score, are left out. Throws, naming what there is, where a row has no such figure.
 */
export function selectMetric(results: Results, metric: string): ColumnTable {
	const rows = rowsOf(results);
	const lacking = rows.filter((row) => figureOf(row, metric) === undefined);
	if (lacking.length > 0)
		throw new RangeError(
			`${lacking.length} of ${rows.length} results have no figure "${metric}": they have ${figuresOf(lacking)}`,
		);
	return tableOf(
		rows.map((row) => {
			if (row.metric === metric) return row;
			const { correct: _, ...rest } = row;
			return {
				...rest,
				metric,
				score: figureOf(row, metric),
				details: { ...row.details, [row.metric]: row.score },
			};
		}),
	);
}
