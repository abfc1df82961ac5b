import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, whole } from "../check/checks.js";
import { imageUnits } from "./image-units.js";
import { cleanScore, corruptedScore, dropOf } from "./mean-score.js";
import { type Drawn, percentileInterval, resample } from "./resample.js";
import { runColumnsOf } from "./run-columns.js";
import {
	type ScoreGroup,
	type ScoreGroups,
	scoreGroups,
} from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";
import { meanUnits, type Units } from "./units.js";

/** How often something is drawn again, and how wide intervals are. */
export interface DrawOptions {
	/** How often; default 2000. */
	readonly samples?: number;
	/** The coverage in percent; default 95. */
	readonly level?: number;
	readonly seed?: number;
}

/** Checks of how often something is drawn again. */
export const drawChecks: Checks<DrawOptions> = {
	samples: whole({ from: 1 }),
	level: number({ kind: "a percentage", above: 0, below: 100 }),
	seed: whole(),
};

/** What is drawn again, how often, and how wide the interval is. */
export interface BootstrapOptions extends CellOptions, DrawOptions {
	/** `images` asks how far the test set matters, `corruptions` how far the choice of corruptions does. */
	readonly over?: "images" | "corruptions";
}

const checks: Checks<BootstrapOptions> = {
	...cellChecks,
	...drawChecks,
	over: oneOf(["images", "corruptions"]),
};

/** The corruptions of a group of runs, each with its score; clean is the same for all. */
export const corruptionUnits = (
	group: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): Units =>
	meanUnits(
		new Float64Array(corruptions.length).fill(cleanScore(group)),
		Float64Array.from(corruptions, (name) =>
			corruptedScore(group, [name], severities),
		),
	);

/**
 * Confidence intervals of clean, corrupted and drop of each group of runs, by the percentile bootstrap.
 *
 * Columns: those of `by`, then `resampled`, which says what was drawn again, then `clean`, `cleanLow`, `cleanHigh`,
 * and so on for `corrupted` and `drop`, in percent. Clean and corrupted images are drawn together, so the interval of
 * the drop is that of paired scores; equal seeds draw the same images for every group, but intervals that overlap say
 * little of a difference: `compare` does. Over images, rows need their per-image data; mIoU and AP are computed anew
 * of every draw, which takes AP of thousands of images part of a second for fifteen corruptions. Over corruptions, clean has no
 * interval. Throws as `robustness` does.
 *
 * Source: Efron and Tibshirani 1993, chapter 13.
 */
export function bootstrap(
	results: Results,
	by: readonly string[] = runColumnsOf(results),
	options: BootstrapOptions = {},
): ColumnTable {
	checkOptions("bootstrap", options, checks);
	const {
		over = "images",
		samples = 2000,
		level = 95,
		seed = 0,
		...cells
	} = options;
	const scored = scoreGroups(results, by, cells);
	const interval = (name: string, value: number, drawn: Float64Array) => {
		const [low, high] = percentileInterval(drawn, level);
		return { [name]: value, [`${name}Low`]: low, [`${name}High`]: high };
	};
	const unitsOf = over === "images" ? imageUnits : corruptionUnits;
	const drawn = resample(
		scored.groups.map((group) => unitsOf(group, scored)),
		samples,
		seed,
	);
	return tableOf(
		scored.groups.map((group, i) => {
			const own = drawn[i] as Drawn;
			const clean = cleanScore(group);
			const corrupted = corruptedScore(
				group,
				scored.corruptions,
				scored.severities,
			);
			return {
				...group.key,
				resampled: over,
				...interval("clean", clean, own.clean),
				...interval("corrupted", corrupted, own.corrupted),
				...interval("drop", dropOf(clean, corrupted), own.drop),
			};
		}),
	);
}
