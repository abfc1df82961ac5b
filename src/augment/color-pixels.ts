import { type ChangePixels, clipped, levelValues } from "./pixels.js";
import {
	curveMaker,
	curveTerms,
	partLength,
	polynomialAt,
	type SineCurves,
	type SineTable,
} from "./sine-curves.js";

/** Adds its curve to a channel, and clips it. */
function changeChannel(
	from: Float32Array,
	to: Float32Array,
	{ values, parts }: SineCurves,
	channel: number,
): void {
	const own = curveTerms * channel;
	const last = parts - 1;
	const { length } = from;
	for (let i = channel; i < length; i += 3) {
		const x = from[i]!;
		// The sum is odd and has period 2: its values on 0-1 are enough.
		const folded = x >= 0 && x <= 1 ? x : x - 2 * Math.floor(x / 2 + 0.5);
		const position = Math.abs(folded) * parts;
		let part = position | 0;
		// Quicker than the smaller one of the two.
		if (part > last) part = last;
		const at = partLength * part + own;
		const change = polynomialAt(values, at, position - part);
		to[i] = clipped(folded < 0 ? x - change : x + change);
	}
}

/** The levels of 8-bit images, as pixels that are gray. */
const everyLevel = Float32Array.from(
	{ length: 3 * levelValues.length },
	(_, i) => levelValues[Math.floor(i / 3)]!,
);

/** Takes each value from what its level has become, `[levels, 3]`. */
function takeLevels(
	levels: Uint8Array,
	changed: Float32Array,
	to: Float32Array,
): void {
	const { length } = levels;
	for (let i = 0; i < length; i += 3) {
		to[i] = changed[3 * levels[i]!]!;
		to[i + 1] = changed[3 * levels[i + 1]! + 1]!;
		to[i + 2] = changed[3 * levels[i + 2]! + 2]!;
	}
}

/**
 * `clip(x + sum over k of c_k sin(pi k x), 0, 1)`, for each image and channel with its own coefficients.
 *
 * Images are of any range, coefficients `[count, 3, frequencies]`, and the table is that of `sineTable` for these
 * frequencies. No term is off by more than 1.5e-7 of its coefficient.
 */
export function changePixelColors(
	coefficients: Float32Array,
	count: number,
	table: SineTable,
): ChangePixels {
	const length = coefficients.length / count;
	const curvesOf = curveMaker(table);
	const ofLevels = new Float32Array(everyLevel.length);
	return (from, to, index, levels) => {
		const first = index * length;
		const curves = curvesOf(coefficients.subarray(first, first + length));
		const [before, after] = levels ? [everyLevel, ofLevels] : [from, to];
		for (let channel = 0; channel < 3; channel++)
			changeChannel(before, after, curves, channel);
		if (levels) takeLevels(levels, ofLevels, to);
	};
}
