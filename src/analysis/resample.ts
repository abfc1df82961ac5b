import { Random } from "../random.js";
import { dropOf } from "./mean-score.js";
import type { Units } from "./units.js";

/** The scores that most tables and figures show. */
export const scoreNames = ["clean", "corrupted", "drop"] as const;

/** The name of one of them. */
export type ScoreName = (typeof scoreNames)[number];

/** Scores of as many draws, in percent. */
export type Drawn = Readonly<Record<ScoreName, Float64Array>>;

/** The linearly interpolated quantile of sorted numbers, as `numpy.quantile`. */
export function quantile(sorted: Float64Array, share: number): number {
	const place = share * (sorted.length - 1);
	const low = Math.floor(place);
	const below = sorted[low] as number;
	const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
	return below + (place - low) * (above - below);
}

/** The interval that leaves out equally many of the numbers at both ends; sorts them. */
export function percentileInterval(
	drawn: Float64Array,
	level: number,
): readonly [low: number, high: number] {
	const sorted = drawn.sort();
	const tail = (1 - level / 100) / 2;
	return [quantile(sorted, tail), quantile(sorted, 1 - tail)];
}

/** How often each of the units comes up in as many draws with replacement. */
export function drawTimes(times: Float64Array, random: Random): void {
	times.fill(0);
	for (let i = 0; i < times.length; i++) {
		const unit = random.integer(0, times.length);
		times[unit] = (times[unit] as number) + 1;
	}
}

/** Makes room for the scores of so many draws. */
export const noDraws = (samples: number): Drawn => ({
	clean: new Float64Array(samples),
	corrupted: new Float64Array(samples),
	drop: new Float64Array(samples),
});

/** Writes down the scores of a draw. */
export function note(
	drawn: Drawn,
	s: number,
	{ clean, corrupted }: { readonly clean: number; readonly corrupted: number },
): void {
	drawn.clean[s] = clean;
	drawn.corrupted[s] = corrupted;
	drawn.drop[s] = dropOf(clean, corrupted);
}

/** Draws anew again and again, the same units for all that have equally many. */
export function resample(
	units: readonly Units[],
	samples: number,
	seed: number,
): Drawn[] {
	const drawn = units.map(() => noDraws(samples));
	for (const count of new Set(units.map((one) => one.count))) {
		const random = new Random("bootstrap", seed);
		const times = new Float64Array(count);
		for (let s = 0; s < samples; s++) {
			drawTimes(times, random);
			units.forEach((one, i) => {
				if (one.count === count) note(drawn[i] as Drawn, s, one.at(times));
			});
		}
	}
	return drawn;
}
