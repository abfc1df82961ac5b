import type { ColumnTable } from "arquero";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { type Results, rowsOf, tableOf } from "./table-rows.js";

/** A figure of a row by its name: its score, or one of its details. */
export function figureOf(
	{ metric, score, details }: ResultRow,
	name: string,
): number | undefined {
	return metric === name ? score : (details?.[name] ?? undefined);
}

/** The names of the figures that rows have. */
const namesOf = (rows: readonly ResultRow[]): string[] => [
	...new Set(
		rows.flatMap(({ metric, details }) => [
			metric,
			...Object.keys(details ?? {}),
		]),
	),
];

/** Those figures, those of single classes only counted. */
function figuresOf(names: readonly string[]): string {
	const whole = names.filter((name) => !name.includes(": "));
	const single = names.length - whole.length;
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
	if (lacking.length > 0) {
		const names = namesOf(lacking);
		throw new RangeError(
			`${lacking.length} of ${rows.length} results have no figure ${shown(metric)}: they have ${figuresOf(names)}${didYouMean(metric, names)}`,
		);
	}
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
