import type { Severity } from "../corruptions/corruption.js";
import type { ScoreGroup } from "./score-groups.js";
import type { ScoredCorruption } from "./scored-corruption.js";

/** The arithmetic mean; NaN of nothing. */
export const mean = (numbers: readonly number[]): number =>
	numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** `100 * (clean - corrupted) / clean`; NaN where clean is 0. */
export const dropOf = (clean: number, corrupted: number): number =>
	clean === 0 ? Number.NaN : (100 * (clean - corrupted)) / clean;

/** The clean score of a group: the mean over its runs. */
export const cleanScore = ({ runs }: ScoreGroup): number =>
	mean(runs.map(({ clean }) => clean.score));

/** The score of a group under some corruptions: the mean over runs, severities, then corruptions. */
export function corruptedScore(
	{ runs }: ScoreGroup,
	corruptions: readonly ScoredCorruption[],
	severities: readonly Severity[],
): number {
	return mean(
		corruptions.map((corruption) =>
			mean(
				severities.map((severity) =>
					mean(runs.map((run) => run.cell(corruption, severity).score)),
				),
			),
		),
	);
}
