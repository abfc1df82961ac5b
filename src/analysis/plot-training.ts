import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { list, number, text, thing } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import type { LogRow } from "../runs/run-folder.js";
import { augmentName } from "../train/augmentations.js";
import { variationOf } from "../train/recipe-variation.js";
import type { Run } from "../train/run.js";
import type { Figure, Trace } from "./figure.js";
import { axis, heightFor, type Panel, panels, styled } from "./figure-style.js";
import { runColumns } from "./run-columns.js";
import { type Series, seriesOf } from "./series.js";
import type { Row } from "./table-rows.js";

/** How training curves are drawn. */
export interface TrainingOptions {
	/** The loss is the running mean over this share of a run's rows; 0 leaves it as logged. */
	readonly smoothing?: number;
	/** Which logged numbers are drawn beside, each in a panel of its own; all by default. */
	readonly numbers?: readonly string[];
}

const checks: Checks<TrainingOptions> = {
	smoothing: number({ from: 0, to: 1 }),
	numbers: list(text),
};

/** What training curves need of a run. */
export type LoggedRun = Pick<Run, "id" | "record" | "log">;

/** The mean of each number and those around it, fewer at the ends. */
export function runningMean(
	numbers: readonly number[],
	window: number,
): number[] {
	if (window < 2) return [...numbers];
	const sums = [0];
	for (const number of numbers) sums.push((sums.at(-1) as number) + number);
	const half = Math.floor(window / 2);
	return numbers.map((_, i) => {
		const start = Math.max(0, i - half);
		const end = Math.min(numbers.length, i + half + 1);
		return ((sums[end] as number) - (sums[start] as number)) / (end - start);
	});
}

const mostPoints = 500;

/** Evenly spaced places in a list, its ends among them; all where it is short. */
function evenly(length: number): number[] {
	const count = Math.min(length, mostPoints);
	return Array.from({ length: count }, (_, i) =>
		Math.round((i * (length - 1)) / Math.max(1, count - 1)),
	);
}

const columnsOf = ({ id, record, log }: LoggedRun): Row => ({
	run: id,
	task: record.task.name,
	metric: record.task.metric,
	backbone: record.backbone.name,
	transfer: record.recipe.transfer,
	augment: augmentName(record.recipe),
	variation: variationOf(record) || "none",
	reading: record.recipe.reading,
	learningRate: record.recipe.learningRate,
	seed: record.recipe.seed,
	log,
});

/** The names of all numbers that runs have logged. */
const loggedNames = (runs: readonly LoggedRun[]): string[] => [
	...new Set(
		runs.flatMap(({ log }) =>
			log.flatMap(({ numbers }) => Object.keys(numbers ?? {})),
		),
	),
];

/** The logged numbers of a series, a line for each name that it has. */
function numberLines(
	{ label, style, rows }: Series,
	names: readonly string[],
	parts: readonly Panel[],
): Trace[] {
	const log = rows.flatMap((row) => row.log as LoggedRun["log"]);
	return names.flatMap((name, i) => {
		const marks = log.filter(({ numbers }) => numbers?.[name] !== undefined);
		if (marks.length === 0) return [];
		return [
			{
				type: "scatter",
				mode: "lines+markers",
				name: label,
				legendgroup: label,
				showlegend: false,
				x: marks.map(({ step }) => step),
				y: marks.map(({ numbers }) => numbers?.[name]),
				line: { color: style.color, dash: style.dash, width: style.width },
				marker: { size: 4 },
				hovertemplate: `${label}<br>step %{x}: ${name} %{y:.4g}<extra></extra>`,
				...parts[i]?.axes,
			},
		];
	});
}

function lines(
	{ label, style, rows }: Series,
	[lossPanel, ratePanel]: readonly Panel[],
	smoothing: number,
): Trace[] {
	const log = rows.flatMap((row) => row.log as LoggedRun["log"]);
	const losses = runningMean(
		log.map(({ loss }) => loss),
		Math.round(smoothing * log.length),
	);
	const shown = evenly(log.length);
	const marks = shown.map((i) => log[i] as LogRow);
	const common = {
		type: "scatter",
		mode: "lines",
		name: label,
		legendgroup: label,
		x: marks.map(({ step }) => step),
		line: { color: style.color, dash: style.dash, width: style.width },
	};
	return [
		{
			...common,
			y: shown.map((i) => losses[i]),
			hovertemplate: `${label}<br>step %{x}: loss %{y:.4f}<extra></extra>`,
			...lossPanel?.axes,
		},
		{
			...common,
			y: marks.map(({ learningRate }) => learningRate),
			showlegend: false,
			hovertemplate: `${label}<br>step %{x}: learning rate %{y:.3g}<extra></extra>`,
			...ratePanel?.axes,
		},
	];
}

/** Ticks of a logarithmic axis: as they are given, where two of them are in sight, else at even places. */
function logTicks(
	traces: readonly Trace[],
	{ axes }: Panel,
	{ digits, ...ticks }: { readonly digits: readonly number[] } & object,
) {
	const values = traces
		.filter(({ yaxis }) => yaxis === axes.yaxis)
		.flatMap(({ y }) => y as number[])
		.filter((value) => value > 0);
	const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
	const high = values.reduce((a, b) => Math.max(a, b), 0);
	const first = Math.floor(Math.log10(low));
	const count = Math.max(0, Math.ceil(Math.log10(high)) - first) + 1;
	const inSight = Array.from({ length: Number.isFinite(count) ? count : 0 })
		.flatMap((_, i) => digits.map((digit) => digit * 10 ** (first + i)))
		.filter((mark) => mark >= low && mark <= high);
	return inSight.length > 1
		? { type: "log", ...ticks }
		: { type: "log", nticks: 5, tickformat: "~g" };
}

const marks = [
	{ digits: [1, 2, 5], dtick: "D2", tickformat: "~g" },
	{ digits: [1], dtick: 1, exponentformat: "power" },
];

/** The axes of all panels; those of loss and learning rate are logarithmic. */
const axesOf = (
	parts: readonly Panel[],
	titles: readonly string[],
	traces: readonly Trace[],
) =>
	Object.fromEntries(
		parts.flatMap((part, i) => {
			const { x, y, axes, domain } = part;
			const mark = marks[i];
			const across = {
				domain,
				anchor: axes.yaxis,
				rangemode: "tozero",
				showgrid: false,
			};
			const up = {
				anchor: axes.xaxis,
				...(mark && logTicks(traces, part, mark)),
			};
			return [
				[x, axis("update", across)],
				[y, axis(titles[i] as string, up)],
			];
		}),
	);

/**
 * Training curves of runs: loss and learning rate against update, both logarithmic; of long logs, 500
 * evenly spaced rows; and each number that was logged meanwhile, such as the score on held-out data.
 *
 * Throws where there are no runs, they are of several tasks, or none has logged a number of that name.
 */
export function plotTraining(
	runs: readonly LoggedRun[],
	options: TrainingOptions = {},
): Figure {
	checkArgument("plotTraining", ["runs", runs], list(thing("a run")));
	checkOptions("plotTraining", options, checks);
	const { smoothing = 0.05 } = options;
	const [first] = runs;
	if (!first)
		throw new RangeError("there are no runs to draw: fine-tune first");
	const { name, miniature } = first.record.task;
	const other = runs.find(({ record }) => record.task.name !== name);
	if (other)
		throw new RangeError(
			`training curves are of one task, not of ${name} and ${other.record.task.name}`,
		);
	const known = loggedNames(runs);
	const { numbers: names = known } = options;
	const unknown = names.find((name) => !known.includes(name));
	if (unknown !== undefined)
		throw new RangeError(
			`no run has logged a number "${unknown}": they have ${known.join(", ") || "none"}${didYouMean(unknown, known)}`,
		);
	const titles = ["loss", "learning rate", ...names];
	const parts = panels(titles.length, 0.2 / titles.length);
	const series = seriesOf(runs.map(columnsOf), [
		...runColumns,
		"variation",
		"seed",
		"run",
	]);
	// Run ids come last, are long, and say again what stands before them.
	const shown = series.map(({ label, ...rest }) => ({
		...rest,
		label: label.split(" · ").slice(0, -1).join(" · ") || label,
	}));
	const traces = shown.flatMap((one) => [
		...lines(one, parts, smoothing),
		...numberLines(one, names, parts.slice(2)),
	]);
	return styled(
		traces,
		{
			title: `Training on ${name}${miniature ? " (miniature)" : ""}: ${titles.slice(0, -1).join(", ")} and ${titles.at(-1)} against update`,
			subtitle:
				smoothing > 0
					? `loss: running mean over ${100 * smoothing} % of the log`
					: "loss as logged",
		},
		{
			width: 560 * titles.length,
			height: heightFor(series.length),
			...axesOf(parts, titles, traces),
		},
	);
}
