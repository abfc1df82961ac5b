import { type Checks, checkOptions } from "../check/check-options.js";
import { list, text } from "../check/checks.js";
import type { Figure, Trace } from "./figure.js";
import { axis, ink, note, styled } from "./figure-style.js";
import { robustness } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { byLearningRate, type Series, seriesOf } from "./series.js";
import type { Results, Row } from "./table-rows.js";

/** Which runs are a point, and which cells its scores are means over. */
export interface ParetoOptions extends CellOptions {
	/**
	 * The columns that tell points apart, one's own too: `["remedy", "adaptation"]`, of rows `{ ...row, remedy }`. By default
	 * all that distinguish runs, seeds left out.
	 */
	readonly by?: readonly string[];
}

const checks: Checks<ParetoOptions> = {
	...cellChecks,
	by: list(text, { least: 1 }),
};

/** A point of the plane: clean and corrupted score in percent. */
interface Scores {
	readonly clean: number;
	readonly corrupted: number;
}

/** The rows that no other beats in one score without losing in the other, by rising clean score. */
export function paretoFront<Point extends Scores>(
	points: readonly Point[],
): Point[] {
	const isBeaten = (point: Point) =>
		points.some(
			(other) =>
				other.clean >= point.clean &&
				other.corrupted >= point.corrupted &&
				(other.clean > point.clean || other.corrupted > point.corrupted),
		);
	return points
		.filter((point) => !isBeaten(point))
		.sort((a, b) => a.clean - b.clean);
}

function path({ label, style, rows }: Series): Trace {
	const sorted = byLearningRate(rows);
	const names = sorted.map(({ learningRate }) =>
		learningRate === undefined ? label : `${label}, lr ${learningRate}`,
	);
	const { color, dash, symbol } = style;
	return {
		type: "scatter",
		mode: "lines+markers",
		name: label,
		x: sorted.map((row) => row.clean),
		y: sorted.map((row) => row.corrupted),
		text: names,
		cliponaxis: false,
		line: { color, dash, width: 1 },
		marker: {
			color,
			symbol,
			size: sorted.map((_, i) => 7 + 3 * i),
			opacity: 1,
			line: { color: "white", width: 1 },
		},
		hovertemplate: `%{text}<br>clean %{x:.2f} %, corrupted %{y:.2f} %<extra></extra>`,
	};
}

/** The front as a staircase: nothing lies above and to the right of it. */
const staircase = (front: readonly Scores[]): Trace => ({
	type: "scatter",
	mode: "lines",
	name: "Pareto front",
	x: front.map(({ clean }) => clean),
	y: front.map(({ corrupted }) => corrupted),
	line: { shape: "vh", color: ink.text, width: 1.2 },
	hoverinfo: "skip",
	legendrank: 2000,
});

/** Round drops about those of the points: few enough for each to have its name. */
function roundDrops(drops: readonly number[]): number[] {
	const known = drops.filter(Number.isFinite);
	const [least, most] = [Math.min(...known), Math.max(...known)];
	const range = most - least;
	const step = range > 40 ? 10 : range > 12 ? 5 : 2;
	const first = Math.max(0, step * Math.floor(least / step));
	const last = Math.min(90, step * Math.ceil(most / step));
	return Array.from(
		{ length: Math.max(0, Math.floor((last - first) / step) + 1) },
		(_, i) => first + i * step,
	);
}

/** Lines of equal drop across the figure, named where they leave it. */
function equalDrops(
	drops: readonly number[],
	{ x, y }: { readonly x: readonly number[]; readonly y: readonly number[] },
) {
	const [left = 0, right = 0] = x;
	const [bottom = 0, top = 0] = y;
	return drops.flatMap((drop) => {
		const slope = 1 - drop / 100;
		const start = Math.max(left, bottom / slope);
		const end = Math.min(right, top / slope);
		if (!(end - start > 0.15 * (right - left))) return [];
		const leavesAbove = end < right;
		return [
			{
				shape: {
					type: "line",
					layer: "below",
					x0: start,
					x1: end,
					y0: start * slope,
					y1: end * slope,
					line: { color: ink.rule, width: 1, dash: "dash" },
				},
				annotation: note(`drop ${drop} %`, {
					x: end,
					y: end * slope,
					xanchor: leavesAbove ? "center" : "left",
					yanchor: leavesAbove ? "bottom" : "middle",
					font: { size: 10, color: ink.soft },
				}),
			},
		];
	});
}

function extent(numbers: readonly number[]): [number, number] {
	const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
	const room = Math.max(0.12 * (high - low), 0.5);
	return [Math.max(0, low - room), Math.min(100, high + room)];
}

/**
 * Clean against corrupted score, with the Pareto front and lines of equal drop: each line runs from the
 * lowest learning rate (small marker) to the highest.
 *
 * The values are those of `robustness`, in percent. Throws as it does, and where results are of several
 * tasks.
 */
export function plotPareto(
	results: Results,
	options: ParetoOptions = {},
): Figure {
	checkOptions("plotPareto", options, checks);
	const { by: given, ...cells } = options;
	const scope = scopeOf(results, cells, given);
	const by = given ?? runColumnsOf(results);
	const rows = robustness(results, by, cells).objects() as Row[];
	const points = rows.map((row) => ({
		row,
		clean: row.clean as number,
		corrupted: row.corrupted as number,
	}));
	const front = paretoFront(points);
	const x = extent(points.map(({ clean }) => clean));
	const y = extent(points.map(({ corrupted }) => corrupted));
	const marks = equalDrops(
		roundDrops(points.map(({ row }) => row.drop as number)),
		{ x, y },
	);
	const series = seriesOf(
		rows,
		by.filter((column) => column !== "learningRate"),
	);
	return styled(
		[staircase(front), ...series.map(path)],
		{
			title: `Clean against corrupted ${scope.metric} on ${scope.task}`,
			subtitle: [
				scope.cells,
				scope.images,
				...(by.includes("learningRate")
					? ["larger markers: higher learning rates"]
					: []),
			].join(" · "),
		},
		{
			width: 960,
			height: 560,
			// room for the names of the lines of equal drop
			margin: { t: 84, r: 72, b: 56, l: 64 },
			legend: { font: { size: 12 }, x: 1.12 },
			shapes: marks.map(({ shape }) => shape),
			annotations: marks.map(({ annotation }) => annotation),
			xaxis: axis(`clean ${scope.metric} (%)`, { range: x }),
			yaxis: axis(`corrupted ${scope.metric} (%)`, { range: y }),
		},
	);
}
