import { type Checks, checkOptions } from "../check/check-options.js";
import { thing } from "../check/checks.js";
import type { CorruptionName, Severity } from "../corruptions/corruption.js";
import { bySeverity } from "./breakdown.js";
import type { Figure, Trace } from "./figure.js";
import {
	axis,
	heightFor,
	ink,
	note,
	type Panel,
	panels,
	styled,
} from "./figure-style.js";
import { mean } from "./mean-score.js";
import { differencesFrom, publishedTestSets } from "./published-conditions.js";
import type { PublishedCurve } from "./published-curves.js";
import { runColumnsOf } from "./run-columns.js";
import { scopeOf } from "./scope.js";
import { type ScoreGroups, scoreGroups } from "./score-groups.js";
import {
	type CellOptions,
	cellChecks,
	inGroups,
	type ScoredCorruption,
} from "./scored-corruption.js";
import { type Series, seriesOf } from "./series.js";
import type { Results, Row } from "./table-rows.js";

function line(
	{ label, style, rows }: Series,
	showlegend: boolean,
	{ axes }: Panel,
): Trace {
	const { color, dash, symbol } = style;
	return {
		type: "scatter",
		mode: "lines+markers",
		name: label,
		legendgroup: label,
		showlegend,
		x: rows.map((row) => row.severity),
		y: rows.map((row) => row.score),
		line: { color, dash, width: 1.8 },
		marker: { color, symbol, size: 6 },
		hovertemplate: `${label}<br>severity %{x}: %{y:.2f} %<extra></extra>`,
		...axes,
	};
}

/** A line of what others published, over the same corruptions. */
function publishedLine(
	{ model, source, clean, scores }: PublishedCurve,
	members: readonly ScoredCorruption[],
	{
		severities,
		panel,
		showlegend,
	}: {
		severities: readonly Severity[];
		panel: Panel;
		showlegend: boolean;
	},
): Trace {
	const under = severities.map((severity) =>
		mean(
			members.map(
				({ name }) => scores[name as CorruptionName][severity - 1] as number,
			),
		),
	);
	const name = `published: ${model} (${source})`;
	return {
		type: "scatter",
		mode: "lines",
		name,
		legendgroup: name,
		showlegend,
		x: [0, ...severities],
		y: [clean, ...under],
		line: { color: ink.soft, dash: "dot", width: 1.8 },
		hovertemplate: `${name}<br>severity %{x}: %{y:.2f} %<extra></extra>`,
		...panel.axes,
	};
}

function checkPublished(
	{ task, metric, scores }: PublishedCurve,
	scope: { readonly task: string; readonly metric: string },
	corruptions: readonly ScoredCorruption[],
): void {
	const lacking = corruptions.filter(
		({ name }) => !Object.hasOwn(scores, name),
	);
	if (lacking.length > 0)
		throw new RangeError(
			`the published curve has no scores under ${lacking.map(({ name }) => name).join(", ")}: leave them out of \`corruptions\`, or the curve`,
		);
	if (scope.task === task && scope.metric === metric) return;
	throw new RangeError(
		`the published curve is the ${metric} on ${task}, not the ${scope.metric} on ${scope.task}: choose another, or none`,
	);
}

/** ` · unlike published: channel order rgb, not bgr`; empty where there is no published line, or nothing is unlike. */
function unlikePublished(
	published: PublishedCurve | undefined,
	scored: ScoreGroups,
): string {
	if (!published) return "";
	const differences = scored.groups
		.map((group) =>
			differencesFrom(publishedTestSets[published.task], group, scored),
		)
		.filter((text) => text !== "");
	if (differences.length === 0) return "";
	return ` · unlike published: ${[...new Set(differences)].join(" | ")}`;
}

/** What severity curves show. */
export interface SeveritiesOptions extends CellOptions {
	/** Scores to compare with, a dotted line: such as `publishedCocoCurves[0]`. */
	readonly published?: PublishedCurve;
}

const checks: Checks<SeveritiesOptions> = {
	...cellChecks,
	published: thing("a published curve"),
};

const panelName = (name: string, { domain }: Panel) =>
	note(name, {
		x: domain[0],
		xref: "paper",
		xanchor: "left",
		y: 1,
		yref: "paper",
		yanchor: "bottom",
		yshift: 2,
		font: { size: 13, color: ink.text },
	});

/** The mean over all corruptions, then each group of them. */
function partsOf(
	corruptions: readonly ScoredCorruption[],
): (readonly [string, readonly ScoredCorruption[]])[] {
	const groups = inGroups(corruptions);
	const whole = [`all ${corruptions.length}`, corruptions] as const;
	return groups.length > 1 ? [whole, ...groups] : [whole];
}

/**
 * Severity curves: the score from clean (0) to severity 5, over all corruptions and each group of them, a
 * line for each kind of run.
 *
 * The values are those of `bySeverity`, in percent. Under the title it says in what their conditions are not those of
 * the published line. Throws as `bySeverity` does, where results are of several tasks,
 * and where the published curve is of another task or metric or lacks a corruption.
 */
export function plotSeverities(
	results: Results,
	options: SeveritiesOptions = {},
): Figure {
	checkOptions("plotSeverities", options, checks);
	const { published, ...cells } = options;
	const { task, metric, images } = scopeOf(results, cells);
	const scored = scoreGroups(results, runColumnsOf(results), cells);
	const { corruptions, severities } = scored;
	if (published) checkPublished(published, { task, metric }, corruptions);
	const parts = partsOf(corruptions);
	const places = panels(parts.length, 0.03);
	const data = parts.flatMap(([, members], i) => {
		const rows = bySeverity(results, runColumnsOf(results), {
			corruptions: members,
			severities,
		}).objects() as Row[];
		const panel = places[i] as Panel;
		const showlegend = i === 0;
		const lines = seriesOf(rows, runColumnsOf(results)).map((one) =>
			line(one, showlegend, panel),
		);
		const options = { severities, panel, showlegend };
		return published
			? [...lines, publishedLine(published, members, options)]
			: lines;
	});
	return styled(
		data,
		{
			title: `Severity curves on ${task}: ${metric} against severity`,
			subtitle: `0 is clean · ${images}${unlikePublished(published, scored)}`,
		},
		{
			width: 1120,
			height: heightFor(data.length / parts.length),
			margin: { t: 104, r: 24, b: 56, l: 64 },
			annotations: parts.map(([name], i) =>
				panelName(name, places[i] as Panel),
			),
			...Object.fromEntries(
				places.flatMap(({ x, y, axes, domain }, i) => [
					[
						x,
						axis("severity", {
							domain,
							anchor: axes.yaxis,
							tickvals: [0, ...severities],
							showgrid: false,
						}),
					],
					[
						y,
						axis(i === 0 ? `${metric} (%)` : "", {
							anchor: axes.xaxis,
							showticklabels: i === 0,
							...(i > 0 && { matches: "y" }),
						}),
					],
				]),
			),
		},
	);
}
