import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, text } from "../check/checks.js";
import { commonCorruptions } from "../corruptions/corruption.js";
import {
	type CorruptionErrors,
	corruptionErrors,
	meanCorruptionError,
	type ReferenceOptions,
} from "./corruption-error.js";
import { cleanScore, corruptedScore, dropOf } from "./mean-score.js";
import { runColumnsOf } from "./run-columns.js";
import { type ScoreGroups, scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";

/** Which cells a mean is over, and what its errors are compared with. */
export interface RobustnessOptions extends CellOptions, ReferenceOptions {
	/** What is scored by chance, in percent, such as 10 among ten classes: adds the drop of what is above it. */
	readonly chance?: number;
}

/** Checks of which cells a mean is over, and what it is compared with. */
export const robustnessChecks: Checks<RobustnessOptions> = {
	...cellChecks,
	reference: text,
	chance: number({ kind: "a percentage", from: 0, below: 100 }),
};

/** Whether the cells are those of the benchmark: fifteen corruptions, five severities. */
const isWhole = ({ corruptions, severities }: ScoreGroups): boolean =>
	severities.length === 5 &&
	corruptions.length === commonCorruptions.length &&
	commonCorruptions.every((common) =>
		corruptions.some(({ name }) => name === common),
	);

/**
 * How much of its clean score each group of runs keeps under corruption: one row for each group.
 *
 * Columns: those of `by`, then `runs` (how many), `clean` and `corrupted` (means of percentages over
 * runs; corrupted over severities, then corruptions), `drop = 100 * (clean - corrupted) / clean`,
 * `retention = 100 - drop`; `mPC` and `rPC`, which are corrupted score and retention over the whole
 * benchmark (fifteen corruptions, five severities) and null elsewhere; and with a `reference`, the mean
 * corruption error `mCE` and `relativeMCE`, that of what corruption adds to the clean error, which for mIoU are called
 * `mCD` and `rCD`; and with `chance`, `chanceCorrectedDrop = 100 * (clean - corrupted) / (clean - chance)`, which is 100
 * where nothing but chance is left. Throws, naming them
 * all, where cells are missing, and where a group is of several tasks or metrics, or mixes published images with drawn
 * ones.
 *
 * Source: Michaelis et al. 2019 (mPC, rPC); Hendrycks and Dietterich 2019 (mCE); Kamann and Rother 2020 (mCD,
 * rCD).
 */
export function robustness(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: RobustnessOptions = {},
): ColumnTable {
	checkOptions("robustness", options, robustnessChecks);
	const { reference, chance, ...cells } = options;
	const scored = scoreGroups(results, by, cells);
	const { groups, corruptions, severities } = scored;
	const whole = isWhole(scored);
	const rows = groups.map((group) => {
		const clean = cleanScore(group);
		const corrupted = corruptedScore(group, corruptions, severities);
		const drop = dropOf(clean, corrupted);
		return {
			...group.key,
			runs: group.runs.length,
			clean,
			corrupted,
			drop,
			retention: 100 - drop,
			mPC: whole ? corrupted : null,
			rPC: whole ? 100 - drop : null,
			...(chance !== undefined && {
				chanceCorrectedDrop: dropOf(clean - chance, corrupted - chance),
			}),
		};
	});
	if (reference === undefined) return tableOf(rows);
	const errors = corruptionErrors(results, scored, reference);
	return tableOf(
		rows.map((row, i) => ({
			...row,
			...meanCorruptionError(
				errors[i] as CorruptionErrors,
				groups[i] as (typeof groups)[number],
			),
		})),
	);
}
