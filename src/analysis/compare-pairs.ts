import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, oneOf } from "../check/checks.js";
import {
	type DifferenceOptions,
	differenceChecks,
	drawSettings,
	withHolm,
} from "./compare.js";
import { differences, type Over, overs } from "./comparison.js";
import { type ScoreName, scoreNames } from "./resample.js";
import { checkSameImages } from "./same-images.js";
import { runColumnsOf, scoreGroups } from "./score-groups.js";
import { labelOf, varying } from "./series.js";
import { type Results, tableOf } from "./table-rows.js";

/** Which differences a table of all pairs shows. */
export interface PairOptions extends DifferenceOptions {
	/** `images` by default. */
	readonly over?: Over;
	/** All three by default; the fewer there are, the less their p-values are raised. */
	readonly scores?: readonly ScoreName[];
}

const checks: Checks<PairOptions> = {
	...differenceChecks,
	over: oneOf(overs),
	scores: list(oneOf(scoreNames), { least: 1 }),
};

/**
 * How all pairs of groups of runs differ: one row for each pair and score, with the columns of `compare`.
 *
 * `runA` and `runB` name the two by the columns in which groups differ; `holm` are the p-values raised for all rows.
 * Over corruptions and over their groups there are drops only. Throws as `compare` does, and where there is one group.
 */
export function comparePairs(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: PairOptions = {},
): ColumnTable {
	checkOptions("comparePairs", options, checks);
	const { over = "images", scores = scoreNames, ...rest } = options;
	const { corruptions, severities } = rest;
	const scored = scoreGroups(results, by, { corruptions, severities });
	const { groups } = scored;
	const keys = groups.map(({ key }) => key);
	const columns = varying(keys, by);
	const names = keys.map((key) => labelOf(key, columns, by[0] ?? "run"));
	if (groups.length < 2)
		throw new RangeError(
			`there is one group of runs by ${by.join(", ")}, and nothing to compare it with: group by what they differ in`,
		);
	checkSameImages(
		groups.map((group, i) => ({ name: names[i] as string, group })),
		scored,
	);
	const pairs = differences(scored, [over], drawSettings(rest));
	const rows = groups.flatMap((_, i) =>
		groups.slice(i + 1).flatMap((_, k) => {
			const j = i + 1 + k;
			return pairs(i, j)
				.filter(({ score }) => scores.includes(score))
				.map((row) => ({ runA: names[i], runB: names[j], ...row }));
		}),
	);
	if (rows.length === 0)
		throw new RangeError(
			`over ${over} there are differences of the drop only, not of ${scores.join(", ")}`,
		);
	return tableOf(withHolm(rows));
}
