import { checkOptions } from "../check/check-options.js";
import type { Figure, Trace } from "./figure.js";
import {
	axis,
	colors,
	ink,
	note,
	type Panel,
	panels,
	styled,
} from "./figure-style.js";
import {
	errorBars,
	type FigureOptions,
	figureChecks,
	figureRows,
	type ScoreName,
	sentence,
} from "./intervals.js";
import { runColumns } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { labelOf, valueName, varying } from "./series.js";
import { groupBy, type Results, type Row } from "./table-rows.js";

// From the bottom up, as Plotly counts.
const scores: readonly ScoreName[] = ["drop", "corrupted", "clean"];

const knownLooks: Readonly<Record<string, { color: string; symbol: string }>> =
	{
		none: { color: ink.soft, symbol: "circle-open" },
		prime: { color: colors[0], symbol: "circle" },
		augmix: { color: colors[1], symbol: "diamond" },
	};
const otherSymbols = ["x", "square", "triangle-up", "cross", "star"];

/** How the points of an augmentation look, and how far they lie from the middle of their place. */
type LookOf = (augment: unknown) => {
	readonly color: string;
	readonly symbol: string;
	readonly side: number;
};

/** Looks of which no two are the same, so that no point hides or passes for another. */
function looksOf(augments: readonly string[]): LookOf {
	const others = augments.filter((name) => !Object.hasOwn(knownLooks, name));
	const changed = augments.filter((name) => name !== "none");
	return (augment) => {
		const name = String(augment);
		const i = others.indexOf(name);
		const look = knownLooks[name] ?? {
			color: colors[(2 + i) % colors.length] as string,
			symbol: otherSymbols[i % otherSymbols.length] as string,
		};
		const side = name === "none" ? -0.1 : 0.1 * (1 + changed.indexOf(name));
		return { ...look, side };
	};
}

/** A place on the horizontal axis: runs that differ in their augmentation alone. */
interface Slot {
	readonly x: number;
	readonly backbone: string;
	readonly rest: string;
	readonly rows: readonly Row[];
}

function slotsOf(rows: readonly Row[]): Slot[] {
	const columns = [...runColumns, "variation", "step"].filter(
		(column) => column !== "augment",
	);
	const others = varying(
		rows,
		columns.filter((column) => column !== "backbone"),
	);
	const keyOf = (row: Row) =>
		JSON.stringify(columns.map((column) => row[column]));
	const backbones = groupBy(rows, (row) => row.backbone);
	let place = -1;
	return backbones.flatMap((own, b) =>
		groupBy(own, keyOf).map((members) => {
			const row = members[0] as Row;
			place++;
			return {
				x: place + 0.6 * b,
				backbone: String(row.backbone),
				rest: others.length > 0 ? labelOf(row, others, "backbone") : "",
				rows: members,
			};
		}),
	);
}

/** What augmentation changes: a line from the score without to the score with it. */
const changes = (
	slots: readonly Slot[],
	{ score, lookOf }: { score: ScoreName; lookOf: LookOf },
	{ axes }: Panel,
): Trace => ({
	type: "scatter",
	mode: "lines",
	x: slots.flatMap(({ x, rows }) => [
		...rows.map(({ augment }) => x + lookOf(augment).side),
		null,
	]),
	y: slots.flatMap(({ rows }) => [...rows.map((row) => row[score]), null]),
	line: { color: ink.rule, width: 4 },
	hoverinfo: "skip",
	showlegend: false,
	...axes,
});

function points(
	slots: readonly Slot[],
	{
		augment,
		score,
		lookOf,
	}: { augment: string; score: ScoreName; lookOf: LookOf },
	{ axes }: Panel,
): Trace {
	const own = slots.flatMap(({ rows, ...slot }) =>
		rows
			.filter((row) => row.augment === augment)
			.map((row) => ({ row, ...slot })),
	);
	const rows = own.map(({ row }) => row);
	const { color, symbol, side } = lookOf(augment);
	const name = valueName("augment", augment);
	return {
		type: "scatter",
		mode: "markers",
		name,
		legendgroup: augment,
		showlegend: score === "clean",
		x: own.map(({ x }) => x + side),
		y: rows.map((row) => row[score]),
		text: own.map(({ backbone, rest }) => sentence(backbone, rest)),
		...errorBars(rows, score, color),
		marker: { color, symbol, size: 9, line: { color, width: 2 } },
		hovertemplate: `%{text}<br>${name}: %{y:.2f} %<extra></extra>`,
		...axes,
	};
}

const backboneNotes = (slots: readonly Slot[]) =>
	groupBy(slots, ({ backbone }) => backbone).map((own) =>
		note(`<b>${(own[0] as Slot).backbone}</b>`, {
			x: own.reduce((sum, { x }) => sum + x, 0) / own.length,
			xref: "x",
			y: 1,
			yref: "paper",
			yanchor: "bottom",
			yshift: 4,
			font: { size: 11, color: ink.text },
		}),
	);

/**
 * Augmentation during transfer, the study's Figure 6: clean, corrupted and drop with and without PRIME,
 * grouped by backbone.
 *
 * The values are those of `robustness`. Throws as it does, and where results are of several tasks.
 */
export function plotAugmentation(
	results: Results,
	options: FigureOptions = {},
): Figure {
	checkOptions("plotAugmentation", options, figureChecks);
	const { task, metric, cells, images } = scopeOf(results, options);
	const { rows, bars } = figureRows(results, options);
	const slots = slotsOf(rows);
	const augments = [...new Set(rows.map((row) => String(row.augment)))];
	const lookOf = looksOf(augments);
	const parts = panels(scores.length, 0.06);
	const titles = {
		clean: `clean ${metric} (%)`,
		corrupted: `corrupted ${metric} (%)`,
		drop: "drop (%)",
	};
	return styled(
		scores.toReversed().flatMap((score) => {
			const part = parts[scores.indexOf(score)] as Panel;
			const panel = { ...part, axes: { ...part.axes, xaxis: "x" } };
			return [
				changes(slots, { score, lookOf }, panel),
				...augments.map((augment) =>
					points(slots, { augment, score, lookOf }, panel),
				),
			];
		}),
		{
			title: `Augmentation during transfer to ${task}: clean, corrupted and drop by backbone`,
			subtitle: sentence(cells, images, bars),
		},
		{
			width: 1000,
			height: 640,
			margin: { t: 104, r: 24, b: 56, l: 64 },
			annotations: backboneNotes(slots),
			xaxis: axis("", {
				anchor: "y",
				tickvals: slots.map(({ x }) => x),
				ticktext: slots.map(({ rest }) => rest),
				range: [-0.6, (slots.at(-1)?.x ?? 0) + 0.6],
				showgrid: false,
			}),
			...Object.fromEntries(
				parts.map(({ y, domain }, i) => [
					y,
					axis(titles[scores[i] as ScoreName], {
						domain,
						anchor: "x",
						nticks: 6,
					}),
				]),
			),
		},
	);
}
