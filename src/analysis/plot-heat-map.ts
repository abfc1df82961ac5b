import { checkOptions } from "../check/check-options.js";
import { byCorruption } from "./breakdown.js";
import type { Figure, Trace } from "./figure.js";
import { axis, ink, note, sequence, styled } from "./figure-style.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { labelOf, varying } from "./series.js";
import { groupBy, type Results, type Row } from "./table-rows.js";

/** A white line and a name for each group of corruptions. */
function groupMarks(groups: readonly string[]) {
	const runs = groupBy(groups, (group) => group);
	let start = 0;
	return runs.map((members) => {
		const first = start;
		start += members.length;
		return {
			annotation: note(String(members[0]), {
				x: first + (members.length - 1) / 2,
				xref: "x",
				y: 1,
				yref: "paper",
				yanchor: "bottom",
				yshift: 2,
			}),
			shape: {
				type: "line",
				x0: start - 0.5,
				x1: start - 0.5,
				y0: 0,
				y1: 1,
				xref: "x",
				yref: "paper",
				line: { color: "white", width: 5 },
			},
		};
	});
}

/** What the map shows. */
interface Content {
	/** Names of the lines. */
	readonly labels: readonly string[];
	/** Of each line: mean drop and clean score. */
	readonly totals: readonly Row[];
	/** Of each line: the row of each corruption, those of one group together. */
	readonly lines: readonly (readonly Row[])[];
}

function contentOf(results: Results, cells: CellOptions): Content {
	const all = runColumnsOf(results);
	const totals = robustness(results, all, cells).objects() as Row[];
	const single = byCorruption(results, all, cells).objects() as Row[];
	const columns = varying(totals, all);
	return {
		labels: totals.map((row) => labelOf(row, columns, "backbone")),
		totals,
		lines: totals.map((total) =>
			groupBy(
				single.filter((row) =>
					all.every((column) => row[column] === total[column]),
				),
				(row) => row.group,
			).flat(),
		),
	};
}

const drops = ({ labels, lines }: Content): Trace => ({
	type: "heatmap",
	z: lines.map((rows) => rows.map((row) => row.drop)),
	x: lines[0]?.map((_, i) => i),
	y: lines.map((_, i) => i),
	coloraxis: "coloraxis",
	texttemplate: "%{z:.0f}",
	textfont: { size: 11 },
	xgap: 1,
	ygap: 1,
	customdata: lines.map((rows, i) =>
		rows.map(({ corruption }) => `${labels[i]}, ${corruption}`),
	),
	hovertemplate: "%{customdata}: drop %{z:.2f} %<extra></extra>",
});

/** Mean drop and clean score as numbers on the right. */
const numbers = ({ totals }: Content): Trace => ({
	type: "scatter",
	mode: "text",
	x: totals.flatMap(() => [0, 1]),
	y: totals.flatMap((_, i) => [i, i]),
	text: totals
		.flatMap(({ drop, clean }) => [drop, clean])
		.map((value) => (value as number).toFixed(1)),
	textfont: { size: 11, color: ink.text },
	xaxis: "x2",
	hoverinfo: "skip",
	showlegend: false,
});

/** The name at each whole number from 0 on, without line and ticks. */
const names = (
	texts: readonly string[],
	more: Readonly<Record<string, unknown>>,
) =>
	axis("", {
		tickvals: texts.map((_, i) => i),
		ticktext: texts,
		showgrid: false,
		showline: false,
		ticks: "",
		...more,
	});

const colorsOf = ({ lines }: Content) => ({
	colorscale: sequence,
	cmin: 0,
	cmax: Math.max(1, ...lines.flat().map((row) => row.drop as number)),
	// A bar as low as one line has no room for two numbers; the cells say theirs.
	showscale: lines.length > 1,
	colorbar: {
		title: { text: "drop (%)", side: "right" },
		thickness: 12,
		outlinewidth: 0,
		// A bar as low as two lines has no room for more; 0 leaves it to Plotly.
		nticks: lines.length < 4 ? 2 : 0,
	},
});

/**
 * The drop under each corruption (white: none, or a gain), a line for each kind of run, with the mean
 * drop and the clean score.
 *
 * The values are those of `byCorruption` and `robustness`, in percent. Throws as they do, and where
 * results are of several tasks.
 */
export function plotHeatMap(results: Results, cells: CellOptions = {}): Figure {
	checkOptions("plotHeatMap", cells, cellChecks);
	const scope = scopeOf(results, cells);
	const content = contentOf(results, cells);
	const first = content.lines[0] ?? [];
	const marks = groupMarks(first.map((row) => row.group as string));
	return styled(
		[drops(content), numbers(content)],
		{
			title: `Drop by corruption on ${scope.task}`,
			subtitle: `drop in ${scope.metric}, % of clean · ${scope.cells.replace(/^mean of /, "")} · ${scope.images}`,
		},
		{
			width: 1120,
			height: 220 + 24 * content.lines.length,
			margin: { t: 104, r: 24, b: 110, l: 64 },
			coloraxis: colorsOf(content),
			annotations: marks.map(({ annotation }) => annotation),
			shapes: marks.slice(0, -1).map(({ shape }) => shape),
			xaxis: names(
				first.map(({ corruption }) => String(corruption).replaceAll("-", " ")),
				{ domain: [0, 0.845], tickangle: -40 },
			),
			xaxis2: names(["mean drop (%)", `clean ${scope.metric} (%)`], {
				domain: [0.855, 1],
				range: [-0.6, 1.6],
				tickangle: -40,
			}),
			yaxis: names(content.labels, {
				autorange: "reversed",
				ticklabelstandoff: 6,
			}),
		},
	);
}
