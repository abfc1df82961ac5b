import type { ColumnTable } from "arquero";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, whole } from "../check/checks.js";
import { type ResultRow, unpackHits } from "../evaluate/result-row.js";
import { Random } from "../random.js";
import { cleanScore, corruptedScore, dropOf } from "./mean-score.js";
import {
	runColumnsOf,
	type ScoreGroup,
	type ScoreGroups,
	scoreGroups,
} from "./score-groups.js";
import { type CellOptions, cellChecks } from "./scored-corruption.js";
import { type Results, tableOf } from "./table-rows.js";

/** What is drawn again, how often, and how wide the interval is. */
export interface BootstrapOptions extends CellOptions {
	/** `images` asks how far the test set matters, `corruptions` how far the choice of corruptions does. */
	readonly over?: "images" | "corruptions";
	/** How often; default 2000. */
	readonly samples?: number;
	/** The coverage in percent; default 95. */
	readonly level?: number;
	readonly seed?: number;
}

const checks: Checks<BootstrapOptions> = {
	...cellChecks,
	over: oneOf(["images", "corruptions"]),
	samples: whole({ from: 1 }),
	level: number({ kind: "a percentage", above: 0, below: 100 }),
	seed: whole(),
};

/** Clean and corrupted score of what can be drawn again, one for each image or corruption. */
interface Units {
	readonly clean: Float64Array;
	readonly corrupted: Float64Array;
}

/** The linearly interpolated quantile of sorted numbers, as `numpy.quantile`. */
export function quantile(sorted: Float64Array, share: number): number {
	const place = share * (sorted.length - 1);
	const low = Math.floor(place);
	const below = sorted[low] as number;
	const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
	return below + (place - low) * (above - below);
}

function hitsOf(row: ResultRow): readonly boolean[] {
	const { run, corruption, severity, correct, images, metric } = row;
	const name = `${run}, ${corruption} ${severity}`;
	if (typeof correct !== "string")
		throw new RangeError(
			`${name}: the row has no single predictions, as ${metric} is not a share of right ones or it was left out; draw over corruptions instead`,
		);
	const hits = unpackHits(correct, images);
	const share = (100 * hits.filter(Boolean).length) / images;
	if (!(Math.abs(share - row.score) < 1e-6))
		throw new Error(
			`${name} is damaged: its predictions are right in ${share} %, its score is ${row.score} %; remove the row and evaluate again`,
		);
	return hits;
}

function imageUnits(
	{ runs }: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): Units {
	const counts = [...new Set(runs.map(({ clean }) => clean.images))];
	const [images = 0] = counts;
	if (counts.length > 1)
		throw new RangeError(
			`runs over ${counts.join(" and ")} images have no images in common to draw: evaluate them over the same`,
		);
	const share = (rows: readonly ResultRow[]): Float64Array => {
		const sum = new Float64Array(images);
		for (const row of rows)
			hitsOf(row).forEach((hit, i) => {
				if (hit) sum[i] = (sum[i] as number) + 100 / rows.length;
			});
		return sum;
	};
	return {
		clean: share(runs.map(({ clean }) => clean)),
		corrupted: share(
			runs.flatMap((run) =>
				corruptions.flatMap((corruption) =>
					severities.map((severity) => run.cell(corruption, severity)),
				),
			),
		),
	};
}

function corruptionUnits(
	group: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): Units {
	return {
		clean: new Float64Array(corruptions.length).fill(cleanScore(group)),
		corrupted: Float64Array.from(corruptions, (name) =>
			corruptedScore(group, [name], severities),
		),
	};
}

/** The scores of one group, drawn again. */
interface Drawn {
	readonly clean: Float64Array;
	readonly corrupted: Float64Array;
	readonly drop: Float64Array;
}

/** How often each of `count` units comes up in as many draws with replacement. */
function drawTimes(times: Float64Array, random: Random): void {
	times.fill(0);
	for (let i = 0; i < times.length; i++) {
		const unit = random.integer(0, times.length);
		times[unit] = (times[unit] as number) + 1;
	}
}

function weightedMean(values: Float64Array, times: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++)
		sum += (values[i] as number) * (times[i] as number);
	return sum / values.length;
}

/** Draws anew again and again, the same units for all groups that have equally many. */
function resample(
	units: readonly Units[],
	samples: number,
	seed: number,
): Drawn[] {
	const drawn = units.map(() => ({
		clean: new Float64Array(samples),
		corrupted: new Float64Array(samples),
		drop: new Float64Array(samples),
	}));
	for (const count of new Set(units.map(({ clean }) => clean.length))) {
		const random = new Random("bootstrap", seed);
		const times = new Float64Array(count);
		for (let s = 0; s < samples; s++) {
			drawTimes(times, random);
			units.forEach(({ clean, corrupted }, i) => {
				if (clean.length !== count) return;
				const scores = {
					clean: weightedMean(clean, times),
					corrupted: weightedMean(corrupted, times),
				};
				const into = drawn[i] as Drawn;
				into.clean[s] = scores.clean;
				into.corrupted[s] = scores.corrupted;
				into.drop[s] = dropOf(scores.clean, scores.corrupted);
			});
		}
	}
	return drawn;
}

/**
 * Confidence intervals of clean, corrupted and drop of each group of runs, by the percentile bootstrap.
 *
 * Columns: those of `by`, then `clean`, `cleanLow`, `cleanHigh`, and so on for `corrupted` and `drop`,
 * in percent. Clean and corrupted images are drawn together, so the interval of the drop is that of
 * paired scores; equal seeds draw the same images for every group. Over images, rows need their single
 * predictions (`correct`). Over corruptions, clean has no interval. Throws as `robustness` does.
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
	const tail = (1 - level / 100) / 2;
	const interval = (name: string, value: number, drawn: Float64Array) => {
		const sorted = drawn.sort();
		return {
			[name]: value,
			[`${name}Low`]: quantile(sorted, tail),
			[`${name}High`]: quantile(sorted, 1 - tail),
		};
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
				...interval("clean", clean, own.clean),
				...interval("corrupted", corrupted, own.corrupted),
				...interval("drop", dropOf(clean, corrupted), own.drop),
			};
		}),
	);
}
