import {
	areaNames,
	ignoredShift,
	overlapThresholds,
} from "./match-detections.js";
import type { Matches } from "./matches.js";
import { type Kind, mostDetections } from "./score-image.js";

/** The twelve figures of COCO, in its order, from 0 to 1; NaN where there is nothing of the kind to find. */
export interface Figures {
	readonly AP: number;
	readonly AP50: number;
	readonly AP75: number;
	readonly APs: number;
	readonly APm: number;
	readonly APl: number;
	readonly AR1: number;
	readonly AR10: number;
	readonly AR100: number;
	readonly ARs: number;
	readonly ARm: number;
	readonly ARl: number;
}

/** The figures of a kind, and the AP of each class. */
export interface Summary {
	readonly figures: Figures;
	readonly classes: readonly number[];
}

/** The detections of one class in all images, by falling score; of equal ones those of the first image come first. */
export interface Ranking {
	/** The image of each. */
	readonly images: Uint32Array;
	/** The position of each detection among those of its image. */
	readonly ranks: Uint8Array;
	/** `[detections * ranges]`, as `matchDetections` returns them. */
	readonly flags: Uint32Array;
	/** In which images there is something to find, and how many of it there are for each range of areas. */
	readonly wanted: {
		readonly images: readonly number[];
		readonly counts: readonly (readonly number[])[];
	};
}

const recalls = Array.from({ length: 101 }, (_, i) => i * 0.01);
const [all, small, medium, large] = [0, 1, 2, 3] as const;
const [half, threeQuarters] = [0, 5] as const;

/** The positions of the detections of each class. */
function positions(labels: Int32Array, classes: number): Uint32Array[] {
	const lengths = new Uint32Array(classes);
	for (const label of labels) lengths[label]!++;
	const found = Array.from(lengths, (length) => new Uint32Array(length));
	const filled = new Uint32Array(classes);
	labels.forEach((label, i) => {
		found[label]![filled[label]!++] = i;
	});
	return found;
}

/** Sorts what remains of images into classes. */
export function rank(
	{ image, place, labels, scores, ranks, flags, wanted }: Matches,
	kind: Kind,
	classes: number,
): Ranking[] {
	const ranges = areaNames.length;
	const bits = flags[kind] as Uint32Array;
	const things = positions(wanted.labels, classes);
	return positions(labels, classes).map((order, label) => {
		order.sort(
			(a, b) => scores[b]! - scores[a]! || place[a]! - place[b]! || a - b,
		);
		const sorted = new Uint32Array(order.length * ranges);
		order.forEach((from, to) => {
			for (let range = 0; range < ranges; range++)
				sorted[to * ranges + range] = bits[from * ranges + range]!;
		});
		const own = [...things[label]!];
		return {
			images: order.map((i) => image[i]!),
			ranks: Uint8Array.from(order, (i) => ranks[i]!),
			flags: sorted,
			wanted: {
				images: own.map((i) => wanted.image[i]!),
				counts: areaNames.map((_, range) =>
					own.map((i) => wanted.counts[i * ranges + range]!),
				),
			},
		};
	});
}

/** Which detections of a class are looked at. */
interface Selection {
	/** The position of the range of areas. */
	readonly range: number;
	/** The positions of the thresholds. */
	readonly bits: readonly number[];
	/** How many of the best of each image. */
	readonly most: number;
}

/** How many times each image counts; once without it. */
export type Times = Float64Array | undefined;

/** Of one class: at each detection that is right, by falling score, how many are so far, and the precision. */
interface Curve {
	readonly right: number[];
	readonly precision: number[];
}

const everyThreshold = 2 ** ignoredShift - 1;

/**
 * What of a class is found, at each of some thresholds.
 *
 * An image that counts several times stands as often, its copies next to each other: precision rises with each right
 * detection among them, so that only the last of them matters.
 */
function curvesOf(
	{ images, ranks, flags }: Ranking,
	{ range, bits, most }: Selection,
	times: Times,
): Curve[] {
	const curves = bits.map((): Curve => ({ right: [], precision: [] }));
	const ignored = new Float64Array(bits.length);
	const right = new Float64Array(bits.length);
	let seen = 0;
	for (let i = 0, at = range; i < images.length; i++, at += areaNames.length) {
		const count = times ? times[images[i]!]! : 1;
		const own = flags[at]!;
		if (
			count === 0 ||
			ranks[i]! >= most ||
			own >> ignoredShift === everyThreshold
		)
			continue;
		seen += count;
		// Most are wrong at all thresholds.
		if (own === 0) continue;
		for (let k = 0; k < bits.length; k++) {
			const bit = bits[k]!;
			if ((own >> (bit + ignoredShift)) & 1) ignored[k]! += count;
			else if ((own >> bit) & 1) {
				right[k]! += count;
				const wrong = seen - ignored[k]! - right[k]!;
				curves[k]!.right.push(right[k]!);
				curves[k]!.precision.push(
					right[k]! / (wrong + right[k]! + Number.EPSILON),
				);
			}
		}
	}
	return curves;
}

/** The mean, over the 101 recalls, of the best precision that is had with at least that recall. */
function meanPrecision({ right, precision }: Curve, wanted: number): number {
	for (let i = precision.length - 1; i > 0; i--)
		if (precision[i]! > precision[i - 1]!) precision[i - 1] = precision[i]!;
	let sum = 0;
	let at = 0;
	for (const recall of recalls) {
		while (at < precision.length && right[at]! / wanted < recall) at++;
		sum += precision[at] ?? 0;
	}
	return sum / recalls.length;
}

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** How many things of a class there are to find. */
function wantedOf({ wanted }: Ranking, range: number, times: Times): number {
	const counts = wanted.counts[range]!;
	return counts.reduce(
		(sum, count, i) => sum + (times ? times[wanted.images[i]!]! : 1) * count,
		0,
	);
}

const thresholds = [...overlapThresholds.keys()];

/** The mean of a figure over the classes of which there is something to find. */
function classMean(
	rankings: readonly Ranking[],
	figure: (ranking: Ranking) => number,
): number {
	return mean(rankings.map(figure).filter((one) => !Number.isNaN(one)));
}

/** The AP of a class, over some overlaps; NaN where there is nothing to find. */
function classPrecision(
	ranking: Ranking,
	{
		range = all,
		bits = thresholds,
	}: { range?: number; bits?: readonly number[] },
	times: Times,
): number {
	const wanted = wantedOf(ranking, range, times);
	if (wanted === 0) return Number.NaN;
	const curves = curvesOf(
		ranking,
		{ range, bits, most: mostDetections },
		times,
	);
	return mean(curves.map((curve) => meanPrecision(curve, wanted)));
}

/** The recall of a class by the best of each image, over all overlaps; NaN where there is nothing to find. */
function classRecall(
	ranking: Ranking,
	{ range = all, most = mostDetections }: { range?: number; most?: number },
	times: Times,
): number {
	const wanted = wantedOf(ranking, range, times);
	if (wanted === 0) return Number.NaN;
	const curves = curvesOf(ranking, { range, bits: thresholds, most }, times);
	return mean(curves.map(({ right }) => (right.at(-1) ?? 0) / wanted));
}

type Figure = (ranking: Ranking, times: Times) => number;

const precision =
	(range: number, bits = thresholds): Figure =>
	(ranking, times) =>
		classPrecision(ranking, { range, bits }, times);

const recall =
	(range: number, most: number): Figure =>
	(ranking, times) =>
		classRecall(ranking, { range, most }, times);

const figures: Readonly<Record<keyof Figures, Figure>> = {
	AP: precision(all),
	AP50: precision(all, [half]),
	AP75: precision(all, [threeQuarters]),
	APs: precision(small),
	APm: precision(medium),
	APl: precision(large),
	AR1: recall(all, 1),
	AR10: recall(all, 10),
	AR100: recall(all, mostDetections),
	ARs: recall(small, mostDetections),
	ARm: recall(medium, mostDetections),
	ARl: recall(large, mostDetections),
};

/** The names of the figures, in COCO's order. */
export const figureNames = Object.keys(figures) as (keyof Figures)[];

/** A figure, from 0 to 1, where each image counts so many times; NaN where there is nothing of the kind to find. */
export const figureOf = (
	rankings: readonly Ranking[],
	name: keyof Figures,
	times?: Float64Array,
): number => classMean(rankings, (ranking) => figures[name](ranking, times));

/** The figures of one kind, from images whose detections were matched. */
export function summarize(
	matches: Matches,
	kind: Kind,
	classes: number,
): Summary {
	const rankings = rank(matches, kind, classes);
	return {
		figures: Object.fromEntries(
			figureNames.map((name) => [name, figureOf(rankings, name)]),
		) as unknown as Figures,
		classes: rankings.map((ranking) => figures.AP(ranking, undefined)),
	};
}
