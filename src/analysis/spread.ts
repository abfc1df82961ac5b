import type { ColumnTable } from "arquero";
import { checkOptions } from "../check/check-options.js";
import { cleanScore, corruptedScore, dropOf, mean } from "./mean-score.js";
import { runColumnsOf } from "./run-columns.js";
import { scoreGroups } from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";

/** The standard deviation of a sample (divided by n - 1); null of fewer than two numbers. */
export function deviation(numbers: readonly number[]): number | null {
	if (numbers.length < 2) return null;
	const middle = mean(numbers);
	const squares = numbers.map((number) => (number - middle) ** 2);
	return Math.sqrt(
		squares.reduce((sum, square) => sum + square, 0) / (numbers.length - 1),
	);
}

/**
 * How far clean, corrupted and drop vary over the runs of each group, which differ in their seeds.
 *
 * Columns: those of `by`, then `seeds` (how many), `clean`, `cleanDeviation`, and so on for `corrupted`
 * and `drop`: mean and standard deviation in percent over the runs' own scores; the deviation is null
 * for a single run. Throws as `robustness` does, and where two runs of a group have the same seed,
 * since then they differ in something else.
 */
export function spreadOverSeeds(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	cells: CellOptions = {},
): ColumnTable {
	checkOptions("spreadOverSeeds", cells, cellChecks);
	const { groups, corruptions, severities } = scoreGroups(results, by, cells);
	const both = (name: string, numbers: readonly number[]) => ({
		[name]: mean(numbers),
		[`${name}Deviation`]: deviation(numbers),
	});
	return tableOf(
		groups.map((group) => {
			const { key, runs } = group;
			const seeds = runs.map((run) => run.clean.seed);
			if (new Set(seeds).size < seeds.length)
				throw new RangeError(
					`${runs.map(({ run }) => run).join(", ")} are not told apart by their seeds (${seeds.join(", ")}): group by what else they differ in`,
				);
			const scores = runs.map((run) => {
				const one = { ...group, runs: [run] };
				const clean = cleanScore(one);
				const corrupted = corruptedScore(one, corruptions, severities);
				return { clean, corrupted, drop: dropOf(clean, corrupted) };
			});
			return {
				...key,
				seeds: seeds.length,
				...both(
					"clean",
					scores.map(({ clean }) => clean),
				),
				...both(
					"corrupted",
					scores.map(({ corrupted }) => corrupted),
				),
				...both(
					"drop",
					scores.map(({ drop }) => drop),
				),
			};
		}),
	);
}
