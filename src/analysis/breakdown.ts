import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import type { Severity } from "../corruptions/corruption.js";
import { corruptionErrors, errorNames } from "./corruption-error.js";
import { cleanScore, corruptedScore, dropOf } from "./mean-score.js";
import { type RobustnessOptions, robustnessChecks } from "./robustness.js";
import { runColumnsOf } from "./run-columns.js";
import { type ScoreGroup, scoreGroups } from "./score-groups.js";
import {
	type CellOptions,
	cellChecks,
	inGroups,
	type ScoredCorruption,
} from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";

function scoresUnder(
	group: ScoreGroup,
	corruptions: readonly ScoredCorruption[],
	severities: readonly Severity[],
) {
	const clean = cleanScore(group);
	const score = corruptedScore(group, corruptions, severities);
	return { clean, score, drop: dropOf(clean, score) };
}

/**
 * The scores of each group of runs by corruption: one row for each.
 *
 * Columns: those of `by`, then `corruption`, `group`, `clean`, `score` (mean over runs and severities),
 * `drop`, and with a `reference`, the corruption error `CE`, for mIoU `CD`. Throws as `robustness` does.
 */
export function byCorruption(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: RobustnessOptions = {},
): ColumnTable {
	checkOptions("byCorruption", options, robustnessChecks);
	const { reference, chance: _, ...cells } = options;
	const scored = scoreGroups(results, by, cells);
	const errors =
		reference === undefined
			? undefined
			: corruptionErrors(results, scored, reference);
	return tableOf(
		scored.groups.flatMap((group, g) =>
			scored.corruptions.map((corruption, c) => ({
				...group.key,
				corruption: corruption.name,
				group: corruption.group,
				...scoresUnder(group, [corruption], scored.severities),
				...(errors && { [errorNames(group).one]: errors[g]?.errors[c] }),
			})),
		),
	);
}

/**
 * The scores of each group of runs by severity, 0 for clean: one row for each.
 *
 * Columns: those of `by`, then `severity`, `clean`, `score` (mean over runs and corruptions), `drop`.
 * Throws as `robustness` does.
 */
export function bySeverity(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("bySeverity", cells, cellChecks);
	const { groups, corruptions, severities } = scoreGroups(results, by, cells);
	return tableOf(
		groups.flatMap((group) => {
			const clean = cleanScore(group);
			return [
				{ ...group.key, severity: 0, clean, score: clean, drop: 0 },
				...severities.map((severity) => ({
					...group.key,
					severity,
					...scoresUnder(group, corruptions, [severity]),
				})),
			];
		}),
	);
}

/**
 * The scores of each group of runs by group of corruptions (noise, blur, weather, digital, then
 * others, such as `own`): one row for each.
 *
 * Columns: those of `by`, then `group`, `clean`, `score` (mean over runs, severities, corruptions),
 * `drop`. Throws as `robustness` does.
 */
export function byGroup(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("byGroup", cells, cellChecks);
	const { groups, corruptions, severities } = scoreGroups(results, by, cells);
	return tableOf(
		groups.flatMap((group) =>
			inGroups(corruptions).map(([name, members]) => ({
				...group.key,
				group: name,
				...scoresUnder(group, members, severities),
			})),
		),
	);
}
