import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, isRecord } from "../check/check-options.js";
import { required, that } from "../check/checks.js";
import type { Figure, Trace } from "./figure.js";
import { axis, heightFor, styled } from "./figure-style.js";
import {
	errorBars,
	type FigureOptions,
	figureChecks,
	figureRows,
	sentence,
} from "./intervals.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { type Series, seriesOf } from "./series.js";
import type { Results, Row } from "./table-rows.js";

/** How robust backbones are where they come from. */
export interface TransferOptions extends FigureOptions {
	/**
	 * The mCE of each backbone on ImageNet-C in percent, by name; or a table with the columns `backbone` and `mCE`, as
	 * `robustness(results, ["backbone"], { reference: "alexnet" })` makes it of the results of `imagenet`.
	 */
	readonly source: Readonly<Record<string, number>> | ColumnTable;
}

const isTable = (source: object): source is ColumnTable => "objects" in source;

const checks: Checks<TransferOptions> = {
	...figureChecks,
	source: required(
		that(
			"the mCE of each backbone by its name, or a table with the columns backbone and mCE",
			(value) =>
				isRecord(value) &&
				(isTable(value) || Object.values(value).every(Number.isFinite)),
			"object",
		),
	),
};

function errorsOf({ source }: TransferOptions): ReadonlyMap<unknown, number> {
	if (!isTable(source)) return new Map(Object.entries(source));
	const lacking = ["backbone", "mCE"].filter(
		(name) => !source.columnNames().includes(name),
	);
	if (lacking.length > 0)
		throw new RangeError(
			`the table of the source has no column ${lacking.join(", ")}: it has ${source.columnNames().join(", ")}`,
		);
	const rows = source.objects() as Row[];
	return new Map(rows.map(({ backbone, mCE }) => [backbone, mCE as number]));
}

function path(
	{ label, style, rows }: Series,
	errors: ReadonlyMap<unknown, number>,
): Trace {
	const x = (row: Row) => errors.get(row.backbone) as number;
	const sorted = rows.toSorted((a, b) => x(a) - x(b));
	const { color, dash, symbol } = style;
	return {
		type: "scatter",
		mode: "lines+markers",
		name: label,
		x: sorted.map(x),
		y: sorted.map((row) => row.drop),
		text: sorted.map(({ backbone }) => backbone),
		...errorBars(sorted, "drop", color),
		line: { color, dash, width: 1.5 },
		marker: { color, symbol, size: 9 },
		hovertemplate: `%{text}, ${label}<br>mCE %{x:.1f} %, drop %{y:.2f} %<extra></extra>`,
	};
}

/**
 * The study's question in one plot: the drop on the task, against how robust the backbone is where it comes from; a
 * line through the backbones for each way of transfer.
 *
 * Lines that rise say that what is robust on ImageNet is robust downstream; level ones, that nothing of it remains.
 * The drops are those of `robustness`. Throws as it does, where results are of several tasks, and for backbones whose
 * error on the source is not given.
 */
export function plotTransfer(
	results: Results,
	options: TransferOptions,
): Figure {
	checkOptions("plotTransfer", options, checks);
	const { source, ...rest } = options;
	const { task, metric, cells, images } = scopeOf(results, {
		...(rest.corruptions && { corruptions: rest.corruptions }),
		...(rest.severities && { severities: rest.severities }),
	});
	const { rows, bars } = figureRows(results, rest);
	const errors = errorsOf({ source });
	const lacking = [...new Set(rows.map(({ backbone }) => backbone))].filter(
		(name) => !Number.isFinite(errors.get(name)),
	);
	if (lacking.length > 0)
		throw new RangeError(
			`the source says no mCE of ${lacking.join(", ")}: it has ${[...errors.keys()].join(", ")}`,
		);
	const columns = runColumnsOf(results).filter((name) => name !== "backbone");
	const series = seriesOf(rows, columns);
	return styled(
		series.map((one) => path(one, errors)),
		{
			title: `Does robustness on the source transfer to ${task}?`,
			subtitle: sentence(`drop of ${metric}, ${cells}`, images, bars),
		},
		{
			width: 860,
			height: heightFor(series.length),
			xaxis: axis("mCE on the source (%)"),
			yaxis: axis("drop (%)"),
		},
	);
}
