import type { Checks } from "../check/check-options.js";
import { flag } from "../check/checks.js";
import { type BootstrapOptions, bootstrap } from "./bootstrap.js";
import type { ScoreName } from "./resample.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { cellChecks } from "./scored-corruption.js";
import { type Results, type Row, rowsOf } from "./table-rows.js";

export type { ScoreName };

/** Which cells the means are over, and whether they have error bars. */
export interface FigureOptions
	extends Pick<BootstrapOptions, "corruptions" | "severities"> {
	/** Error bars: 95 % intervals over test images. Default: where the rows have single predictions. */
	readonly intervals?: boolean;
}

/** Checks of which cells a figure is of, and whether it has intervals. */
export const figureChecks: Checks<FigureOptions> = {
	...cellChecks,
	intervals: flag,
};

/** The rows of `robustness`, with the columns of `bootstrap` where there are error bars. */
export interface FigureRows {
	readonly rows: readonly Row[];
	/** What the error bars are; empty without them. */
	readonly bars: string;
}

/** The scores of each kind of run, with error bars where asked for or possible. */
export function figureRows(
	results: Results,
	{ intervals, ...cells }: FigureOptions,
): FigureRows {
	const known = rowsOf(results).every(
		({ correct }) => typeof correct === "string",
	);
	const table =
		(intervals ?? known)
			? bootstrap(results, runColumnsOf(results), { samples: 1000, ...cells })
			: robustness(results, runColumnsOf(results), cells);
	return {
		rows: table.objects() as Row[],
		bars: (intervals ?? known) ? "bars: 95 % intervals over images" : "",
	};
}

/** The error bars of a score for a trace; none where there are no intervals. */
export function errorBars(
	rows: readonly Row[],
	name: ScoreName,
	color: string,
): object {
	if (!rows.every((row) => typeof row[`${name}Low`] === "number")) return {};
	const side = (end: "Low" | "High", sign: number) =>
		rows.map(
			(row) =>
				sign * ((row[`${name}${end}`] as number) - (row[name] as number)),
		);
	return {
		error_y: {
			type: "data",
			symmetric: false,
			array: side("High", 1),
			arrayminus: side("Low", -1),
			color: `${color}99`,
			thickness: 1.2,
			width: 3,
		},
	};
}

/** Joins what there is to say. */
export const sentence = (...parts: readonly string[]): string =>
	parts.filter(Boolean).join(" · ");
