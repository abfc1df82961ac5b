import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, oneOf, required, whole } from "../check/checks.js";
import {
	severities as allSeverities,
	commonCorruptions,
} from "../corruptions/corruption.js";
import { type DrawOptions, drawChecks } from "./bootstrap.js";
import { chooseRuns, type RunChoice, runChoiceCheck } from "./choose-runs.js";
import {
	type Difference,
	differences,
	type Over,
	overs,
} from "./comparison.js";
import { holm } from "./holm.js";
import { checkSameImages } from "./same-images.js";
import { type ScoreGroups, scoreGroups } from "./score-groups.js";
import {
	type CellOptions,
	cellChecks,
	inGroups,
	scoredCorruptions,
} from "./scored-corruption.js";
import { isToldBySeed } from "./seed-pairs.js";
import { type Results, rowsOf, tableOf } from "./table-rows.js";

/** How often is drawn, and how wide intervals are. */
export interface DifferenceOptions extends CellOptions, DrawOptions {
	/**
	 * How often labels are flipped; 9999 by default. For AP of thousands of images, which is computed anew each time, fewer:
	 * 999 take minutes for fifteen corruptions.
	 */
	readonly permutations?: number;
}

/** Checks of how often is drawn. */
export const differenceChecks: Checks<DifferenceOptions> = {
	...cellChecks,
	...drawChecks,
	permutations: whole({ from: 1 }),
};

/** Which runs are compared, and what their differences are taken to vary over. */
export interface CompareOptions extends DifferenceOptions {
	readonly a: RunChoice;
	readonly b: RunChoice;
	/** By default images; corruptions and their groups, where there are several; and seeds, where there are. */
	readonly over?: readonly Over[];
}

const checks: Checks<CompareOptions> = {
	...differenceChecks,
	a: required(runChoiceCheck),
	b: required(runChoiceCheck),
	over: list(oneOf(overs), { least: 1 }),
};

/** What there is to compare over. */
function allOvers({ groups, corruptions }: ScoreGroups): Over[] {
	const isSeeded =
		groups.some(({ runs }) => runs.length > 1) && groups.every(isToldBySeed);
	return [
		"images",
		...(corruptions.length > 1 ? (["corruptions"] as const) : []),
		...(inGroups(corruptions).length > 1
			? (["groups of corruptions"] as const)
			: []),
		...(isSeeded ? (["seeds", "seeds, then images"] as const) : []),
	];
}

/** The settings with their defaults. */
export const drawSettings = ({
	samples = 2000,
	permutations = 9999,
	level = 95,
	seed = 0,
}: DifferenceOptions) => ({ samples, permutations, level, seed });

/** The rows of a table of differences, with p-values raised for all that are in it. */
export function withHolm<Row extends Pick<Difference, "p">>(
	rows: readonly Row[],
): (Row & { readonly holm: number | null })[] {
	const raised = holm(rows.map(({ p }) => p));
	return rows.map((row, i) => ({ ...row, holm: raised[i] ?? null }));
}

/**
 * How two runs, or groups of runs, differ in clean score, corrupted score and drop: one row for each difference.
 *
 * `a` and `b` are ids or values of columns; a group counts as the mean of its runs. Columns: `score`; `over`, what the
 * difference is taken to vary over, and `units`, how many of them there are; `a`, `b` and `difference = a - b`, in
 * percentage points; `low`, `high` and `interval`, which says how it was made; `p` and its `test`; `holm`, the p-values
 * raised for all that the table shows. Over images: one draw of images for both, and labels flipped image by image.
 * Over corruptions and over their groups: the signed ranks of the drops. Over seeds: t of the differences of runs of
 * the same seed; then seeds and images drawn. Throws as `robustness` does, and where the two were scored on other
 * images or under other conditions.
 *
 * Source: Efron and Tibshirani 1993, chapters 13 and 15; Wilcoxon 1945; Holm 1979.
 */
export function compare(
	results: Results,
	options: CompareOptions,
): ColumnTable {
	checkOptions("compare", options, checks);
	const { a, b, over, corruptions = commonCorruptions, severities } = options;
	const rows = rowsOf(results);
	const chosen = [chooseRuns(rows, a, "a"), chooseRuns(rows, b, "b")] as const;
	const both = chosen.flat();
	const found = new Set(both.map(({ severity }) => severity));
	const cells: CellOptions = {
		corruptions: scoredCorruptions(corruptions, both),
		severities: severities ?? allSeverities.filter((one) => found.has(one)),
	};
	const sides = chosen.map((own) => scoreGroups(own, [], cells));
	const scored: ScoreGroups = {
		...(sides[0] as ScoreGroups),
		groups: sides.flatMap(({ groups }) => groups),
	};
	checkSameImages(
		scored.groups.map((group, i) => ({ name: i === 0 ? "a" : "b", group })),
		scored,
	);
	const pairs = differences(
		scored,
		over ?? allOvers(scored),
		drawSettings(options),
	);
	return tableOf(withHolm(pairs(0, 1)));
}
