import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { required } from "../check/checks.js";
import { chooseRuns, type RunChoice, runChoiceCheck } from "./choose-runs.js";
import { cleanScore, corruptedScore, mean } from "./mean-score.js";
import { runColumnsOf } from "./run-columns.js";
import { checkSameImages } from "./same-images.js";
import { type ScoreGroup, scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, rowsOf, tableOf } from "./table-rows.js";

/** Which runs the line goes through. */
export interface EffectiveRobustnessOptions extends CellOptions {
	/** Runs without any remedy, of several clean scores: such as those of one backbone at all learning rates. */
	readonly baselines: RunChoice;
}

const checks: Checks<EffectiveRobustnessOptions> = {
	...cellChecks,
	baselines: required(runChoiceCheck),
};

/** `log(p / (1 - p))` of a percentage. */
const logit = (percent: number): number => Math.log(percent / (100 - percent));

const percentOf = (logits: number): number => 100 / (1 + Math.exp(-logits));

/** The line of least squares. */
export function lineThrough(
	points: readonly (readonly [x: number, y: number])[],
): { readonly slope: number; readonly offset: number } {
	const [x, y] = [
		mean(points.map(([one]) => one)),
		mean(points.map(([, one]) => one)),
	];
	const spread = mean(points.map(([one]) => (one - x) ** 2));
	const shared = mean(points.map(([one, other]) => (one - x) * (other - y)));
	const slope = shared / spread;
	return { slope, offset: y - slope * x };
}

/**
 * How much higher groups of runs score under corruption than baselines of the same clean score would.
 *
 * A line goes through the baselines, a point for each run, on logit axes: `logit(corrupted) = a logit(clean) + b`.
 * Columns: those of `by`, then `clean`, `corrupted`, `expected`, what the line says of the clean score, in percent;
 * `effectiveRobustness = corrupted - expected` in percentage points, and `residual`, the same in logits. Throws as
 * `robustness` does, for scores of 0 and 100, which have no logit, and for baselines of fewer than two clean scores.
 *
 * Source: Taori et al. 2020, section 2; Miller et al. 2021 (logit axes).
 */
export function effectiveRobustness(
	results: Results,
	by: readonly string[] | undefined,
	options: EffectiveRobustnessOptions,
): ColumnTable {
	checkOptions("effectiveRobustness", options, checks);
	const { baselines, ...cells } = options;
	const scored = scoreGroups(results, by ?? runColumnsOf(results), cells);
	const { corruptions, severities } = scored;
	const chosen = chooseRuns(rowsOf(results), baselines, "baselines");
	const { groups } = scoreGroups(chosen, ["run"], { corruptions, severities });
	checkSameImages(
		[
			...groups.map((group) => ({ name: "a baseline", group })),
			...scored.groups.map((group) => ({ name: "another run", group })),
		],
		scored,
	);
	const scoresOf = (group: ScoreGroup) => {
		const clean = cleanScore(group);
		const corrupted = corruptedScore(group, corruptions, severities);
		const extreme = [clean, corrupted].find((one) => one <= 0 || one >= 100);
		if (extreme !== undefined)
			throw new RangeError(
				`${group.runs.map(({ run }) => run).join(", ")}: a score of ${extreme} % has no logit: evaluate over more images, or leave the run out`,
			);
		return { clean, corrupted };
	};
	const points = groups
		.map(scoresOf)
		.map(({ clean, corrupted }) => [logit(clean), logit(corrupted)] as const);
	if (new Set(points.map(([x]) => x)).size < 2)
		throw new RangeError(
			`a line needs baselines of two clean scores or more, and theirs are one: choose others, such as all learning rates of a backbone`,
		);
	const { slope, offset } = lineThrough(points);
	return tableOf(
		scored.groups.map((group) => {
			const { clean, corrupted } = scoresOf(group);
			const line = slope * logit(clean) + offset;
			return {
				...group.key,
				clean,
				corrupted,
				expected: percentOf(line),
				effectiveRobustness: corrupted - percentOf(line),
				residual: logit(corrupted) - line,
			};
		}),
	);
}
