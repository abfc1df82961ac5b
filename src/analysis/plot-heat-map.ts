import type {
	CorruptionGroup,
	CorruptionName,
} from "../corruptions/corruption.js";
import { byCorruption } from "./breakdown.js";
import type { Figure } from "./figure.js";
import { axis, ink, note, sequence, styled } from "./figure-style.js";
import { robustness } from "./robustness.js";
import { scopeOf } from "./scope.js";
import { type CellOptions, runColumns } from "./score-groups.js";
import { labelOf, varying } from "./series.js";
import { groupBy, type Results, type Row } from "./table-rows.js";

const spaced = (corruption: string): string => corruption.replaceAll("-", " ");

/** A white line and a name for each group of corruptions. */
function groupMarks(groups: readonly CorruptionGroup[]) {
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

/**
 * The drop under each corruption, a line for each kind of run, with the mean drop and the clean score.
 *
 * The values are those of `byCorruption` and `robustness`, in percent. Throws as they do, and where
 * results are of several tasks.
 */
export function plotHeatMap(results: Results, cells: CellOptions = {}): Figure {
	const scope = scopeOf(results, cells);
	const totals = robustness(results, runColumns, cells).objects() as Row[];
	const single = byCorruption(results, runColumns, cells).objects() as Row[];
	const lines = totals.map((total) =>
		single.filter((row) =>
			runColumns.every((column) => row[column] === total[column]),
		),
	);
	const columns = varying(totals, runColumns);
	const first = lines[0] ?? [];
	const corruptions = first.map((row) => row.corruption as CorruptionName);
	const marks = groupMarks(first.map((row) => row.group as CorruptionGroup));
	const left = { tickvals: totals.map((_, i) => i), autorange: "reversed" };
	const means = totals.map((row) => [row.drop, row.clean]);
	return styled(
		[
			{
				type: "heatmap",
				z: lines.map((rows) => rows.map((row) => row.drop)),
				x: corruptions.map((_, i) => i),
				y: left.tickvals,
				coloraxis: "coloraxis",
				texttemplate: "%{z:.0f}",
				textfont: { size: 11 },
				xgap: 1,
				ygap: 1,
				hovertemplate: "%{y}, %{x}: drop %{z:.2f} %<extra></extra>",
			},
			{
				type: "scatter",
				mode: "text",
				x: means.flatMap((row) => row.map((_, i) => i)),
				y: means.flatMap((row, i) => row.map(() => i)),
				text: means.flat().map((value) => (value as number).toFixed(1)),
				textfont: { size: 12, color: ink.text },
				xaxis: "x2",
				hoverinfo: "skip",
				showlegend: false,
			},
		],
		{
			title: `Drop by corruption on ${scope.task}`,
			subtitle: `drop in ${scope.metric}, % of clean · ${scope.cells.replace(/^mean of /, "")} · ${scope.images}`,
		},
		{
			width: 1120,
			height: 220 + 24 * totals.length,
			margin: { t: 104, r: 24, b: 110, l: 64 },
			coloraxis: {
				colorscale: sequence,
				cmin: 0,
				colorbar: {
					title: { text: "drop (%)", side: "right" },
					thickness: 12,
					outlinewidth: 0,
				},
			},
			annotations: marks.map(({ annotation }) => annotation),
			shapes: marks.slice(0, -1).map(({ shape }) => shape),
			xaxis: axis("", {
				domain: [0, 0.87],
				tickvals: corruptions.map((_, i) => i),
				ticktext: corruptions.map(spaced),
				tickangle: -40,
				showgrid: false,
				showline: false,
				ticks: "",
			}),
			xaxis2: axis("", {
				domain: [0.88, 1],
				range: [-0.6, 1.6],
				tickvals: [0, 1],
				ticktext: ["mean drop (%)", `clean ${scope.metric} (%)`],
				tickangle: -40,
				showgrid: false,
				showline: false,
				ticks: "",
			}),
			yaxis: axis("", {
				...left,
				ticktext: totals.map((row) => labelOf(row, columns, "backbone")),
				ticklabelstandoff: 6,
				showgrid: false,
				showline: false,
				ticks: "",
			}),
		},
	);
}
