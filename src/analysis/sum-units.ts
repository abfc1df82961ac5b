import { mean } from "./mean-score.js";
import type { RowImages } from "./row-images.js";
import type { Scores, Units } from "./units.js";

/** Units whose scores are computed anew of their images, such as mIoU and AP. */
interface SumUnits extends Units {
	readonly clean: readonly RowImages[];
	readonly corrupted: readonly RowImages[];
}

const isSum = (units: Units): units is SumUnits =>
	"clean" in units && Array.isArray(units.clean);

const scoresOf = (
	{ clean, corrupted }: Pick<SumUnits, "clean" | "corrupted">,
	times: Float64Array,
): Scores => ({
	clean: mean(clean.map((row) => row.figure(times))),
	corrupted: mean(corrupted.map((row) => row.figure(times))),
});

const joined = (
	a: readonly RowImages[],
	b: readonly RowImages[],
): RowImages[] => a.map((row, i) => row.and(b[i] as RowImages));

/**
 * Makes units of the images of clean and corrupted rows, whose means are the scores.
 *
 * Exchanged are the rows of two in their order: they need equally many.
 */
export const sumUnits = (
	clean: readonly RowImages[],
	corrupted: readonly RowImages[],
): SumUnits => {
	const count = clean[0]?.images ?? 0;
	return {
		clean,
		corrupted,
		count,
		at: (times) => scoresOf({ clean, corrupted }, times),
		exchange(others) {
			if (!isSum(others))
				throw new TypeError("only scores of one kind can be exchanged");
			if (others.clean.length !== clean.length)
				throw new RangeError(
					`labels can be flipped between equally many runs only, not ${clean.length} and ${others.clean.length}, where the score is no mean of single images: compare groups of the same seeds`,
				);
			const both = {
				clean: joined(clean, others.clean),
				corrupted: joined(corrupted, others.corrupted),
			};
			const [ofA, ofB] = [1, 2].map(() => new Float64Array(2 * count));
			return (flips) => {
				for (let i = 0; i < count; i++) {
					const isFlipped = ((flips[i >> 3] as number) >> (i & 7)) & 1;
					ofA![i] = ofB![count + i] = 1 - isFlipped;
					ofB![i] = ofA![count + i] = isFlipped;
				}
				return [scoresOf(both, ofA!), scoresOf(both, ofB!)];
			};
		},
	};
};
