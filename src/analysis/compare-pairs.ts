import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, isRecord } from "../check/check-options.js";
import { list, oneOf, that } from "../check/checks.js";
import { shown } from "../check/shown.js";
import type { ColumnValue } from "./choose-runs.js";
import {
	type DifferenceOptions,
	differenceChecks,
	drawSettings,
	withHolm,
} from "./compare.js";
import { differences, type Over, overs } from "./comparison.js";
import { type ScoreName, scoreNames } from "./resample.js";
import { runColumnsOf } from "./run-columns.js";
import { checkSameImages } from "./same-images.js";
import { type ScoreGroup, scoreGroups } from "./score-groups.js";
import { labelOf, varying } from "./series.js";
import { type Results, type Row, tableOf } from "./table-rows.js";

/** Which differences a table of all pairs shows. */
export interface PairOptions extends DifferenceOptions {
	/** `images` by default. */
	readonly over?: Over;
	/** All three by default; the fewer there are, the less their p-values are raised. */
	readonly scores?: readonly ScoreName[];
	/**
	 * What each group is compared with, in place of all others: the one that has these values and else its own, such as
	 * `{ augment: "none" }`. The fewer pairs there are, the less p-values are raised.
	 */
	readonly against?: Readonly<Record<string, ColumnValue>>;
}

const checks: Checks<PairOptions> = {
	...differenceChecks,
	over: oneOf(overs),
	scores: list(oneOf(scoreNames), { least: 1 }),
	against: that(
		'values of columns, such as { augment: "none" }',
		(value) => isRecord(value) && Object.keys(value).length > 0,
		"object",
	),
};

type Pair = readonly [i: number, j: number];

/** Each group once with each that comes after it. */
const allPairs = (groups: readonly ScoreGroup[]): Pair[] =>
	groups.flatMap((_, i) =>
		groups.slice(i + 1).map((_, k): Pair => [i, i + 1 + k]),
	);

/** Each group with the one that has the values of `against` and else its own; throws where there is none. */
function pairsAgainst(
	groups: readonly ScoreGroup[],
	against: NonNullable<PairOptions["against"]>,
	{ by, names }: { readonly by: readonly string[]; readonly names: string[] },
): Pair[] {
	const columns = Object.keys(against);
	const other = columns.find((column) => !by.includes(column));
	if (other !== undefined)
		throw new RangeError(
			`against: groups are by ${by.join(", ")}, and not by ${other}: group by that too, or leave it out`,
		);
	for (const column of columns) {
		const known = [...new Set(groups.map(({ key }) => key[column]))];
		if (!known.includes(against[column]))
			throw new RangeError(
				`against: no group has the ${column} ${shown(against[column])}: they have ${known.map(shown).join(", ")}`,
			);
	}
	const has = (key: Row, wanted: Row) =>
		by.every((column) => key[column] === wanted[column]);
	return groups.flatMap(({ key }, i): Pair[] => {
		const wanted = { ...key, ...against };
		const j = groups.findIndex((group) => has(group.key, wanted));
		if (j < 0)
			throw new RangeError(
				`against: there is nothing to compare ${names[i]} with, no group with ${by.map((column) => `${column} ${shown(wanted[column])}`).join(", ")}`,
			);
		return i === j ? [] : [[i, j]];
	});
}

/**
 * How all pairs of groups of runs differ, or all groups from one: a row for each pair and score, with the columns of
 * `compare`.
 *
 * `runA` and `runB` name the two by the columns in which groups differ; `holm` are the p-values raised for all rows.
 * Over corruptions and over their groups there are drops only. Throws as `compare` does, where there is one group, and where
 * there is nothing to compare one `against`.
 */
export function comparePairs(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: PairOptions = {},
): ColumnTable {
	checkOptions("comparePairs", options, checks);
	const { over = "images", scores = scoreNames, against, ...rest } = options;
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
	const chosen = against
		? pairsAgainst(groups, against, { by, names })
		: allPairs(groups);
	const rows = chosen.flatMap(([i, j]) =>
		pairs(i, j)
			.filter(({ score }) => scores.includes(score))
			.map((row) => ({ runA: names[i], runB: names[j], ...row })),
	);
	if (rows.length === 0)
		throw new RangeError(
			`over ${over} there are differences of the drop only, not of ${scores.join(", ")}`,
		);
	return tableOf(withHolm(rows));
}
