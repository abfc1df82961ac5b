import { checkOptions } from "../check/check-options.js";
import type { Figure, Trace } from "./figure.js";
import { axis, heightFor, type Panel, panels, styled } from "./figure-style.js";
import {
	errorBars,
	type FigureOptions,
	figureChecks,
	figureRows,
	type ScoreName,
	sentence,
} from "./intervals.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { byLearningRate, type Series, seriesOf } from "./series.js";
import type { Results } from "./table-rows.js";

const scores: readonly ScoreName[] = ["clean", "corrupted", "drop"];

/** Where the learning rates are marked, and how far the axis goes: a logarithmic axis. */
function learningRateAxis(
	rates: readonly number[],
): Readonly<Record<string, unknown>> {
	const marks = [...new Set(rates)].sort((a, b) => a - b);
	const ends = [marks[0] as number, marks.at(-1) as number].map(Math.log10);
	const [low = 0, high = 0] = ends;
	const room = Math.max(0.12 * (high - low), 0.1);
	return axis("learning rate", {
		type: "log",
		range: [low - room, high + room],
		tickvals: marks,
		ticktext: marks.map(String),
		showgrid: false,
	});
}

/** A line of a panel, moved sideways by `shift` decades so that error bars do not hide each other. */
function line(
	{ label, style, rows }: Series,
	{ score, shift }: { readonly score: ScoreName; readonly shift: number },
	panel: Panel,
): Trace {
	const { color, dash, symbol } = style;
	const sorted = byLearningRate(rows);
	const rates = sorted.map((row) => row.learningRate as number);
	return {
		type: "scatter",
		mode: "lines+markers",
		name: label,
		legendgroup: label,
		showlegend: score === "clean",
		x: rates.map((rate) => rate * 10 ** shift),
		customdata: rates,
		y: sorted.map((row) => row[score]),
		...errorBars(sorted, score, color),
		line: { color, dash, width: 2 },
		marker: { color, symbol, size: 8 },
		hovertemplate: `${label}<br>lr %{customdata}: %{y:.2f} %<extra></extra>`,
		...panel.axes,
	};
}

/**
 * The degree of fine-tuning, the study's Figure 5: clean, corrupted and drop against learning rate, a
 * line for each backbone and way of transfer.
 *
 * The values are those of `robustness`. Throws as it does, and where results are of several tasks.
 */
export function plotDegreeOfFineTuning(
	results: Results,
	options: FigureOptions = {},
): Figure {
	checkOptions("plotDegreeOfFineTuning", options, figureChecks);
	const { task, metric, cells, images } = scopeOf(results, options);
	const { rows, bars } = figureRows(results, options);
	const columns = runColumnsOf(results).filter(
		(column) => column !== "learningRate",
	);
	const series = seriesOf(rows, columns);
	const titles = {
		clean: `clean ${metric} (%)`,
		corrupted: `corrupted ${metric} (%)`,
		drop: "drop (%)",
	};
	const parts = panels(scores.length, 0.08);
	const rates = rows.map((row) => row.learningRate as number);
	const decades = Math.log10(Math.max(...rates) / Math.min(...rates));
	const step = Math.max(0.015 * decades, 0.01);
	return styled(
		scores.flatMap((score, i) =>
			series.map((one, k) => {
				const shift = step * (k - (series.length - 1) / 2);
				return line(one, { score, shift }, parts[i] as Panel);
			}),
		),
		{
			title: `Degree of fine-tuning on ${task}: clean, corrupted and drop against learning rate`,
			subtitle: sentence(cells, images, bars),
		},
		{
			width: 1120,
			height: heightFor(series.length),
			...Object.fromEntries(
				parts.flatMap(({ x, y, axes, domain }, i) => [
					[x, { ...learningRateAxis(rates), domain, anchor: axes.yaxis }],
					[y, axis(titles[scores[i] as ScoreName], { anchor: axes.xaxis })],
				]),
			),
		},
	);
}
