import type { Id } from "../instances.js";
import {
	areaNames,
	ignoredShift,
	overlapThresholds,
} from "./match-detections.js";
import { type Kind, mostDetections, type ScoredImage } from "./score-image.js";

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

/** The detections of one class in all images. */
interface Ranking {
	/** By falling score; of equal ones those of the first image come first. */
	readonly order: Uint32Array;
	/** The position of each detection among those of its image. */
	readonly ranks: Uint8Array;
	/** `[detections * ranges]`, as `matchDetections` returns them. */
	readonly flags: Uint32Array;
	/** How many things there are to find, for each range of areas. */
	readonly wanted: readonly number[];
}

const recalls = Array.from({ length: 101 }, (_, i) => i * 0.01);
const [all, small, medium, large] = [0, 1, 2, 3] as const;
const [half, threeQuarters] = [0, 5] as const;

/** Numbers by value, texts by their characters' codes, as NumPy sorts them. */
const compareIds = (a: Id, b: Id): number =>
	typeof a === "number" && typeof b === "number"
		? a - b
		: Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

/** Images by their ids, where all have one. */
function ordered(images: readonly ScoredImage[]): readonly ScoredImage[] {
	if (images.some(({ id }) => id === undefined)) return images;
	return [...images].sort((a, b) => compareIds(a.id as Id, b.id as Id));
}

/** Sorts what remains of the images into classes. */
function rank(
	images: readonly ScoredImage[],
	kind: Kind,
	classes: number,
): Ranking[] {
	const lengths = new Uint32Array(classes);
	for (const { labels } of images)
		for (const label of labels) lengths[label]!++;
	const ranges = areaNames.length;
	const rows = Array.from(lengths, (length) => ({
		filled: 0,
		scores: new Float64Array(length),
		ranks: new Uint8Array(length),
		flags: new Uint32Array(length * ranges),
		wanted: areaNames.map(() => 0),
	}));
	for (const { labels, scores, ranks, flags, wanted } of ordered(images)) {
		const bits = flags[kind] as Uint32Array;
		labels.forEach((label, i) => {
			const row = rows[label]!;
			const at = row.filled++;
			row.scores[at] = scores[i]!;
			row.ranks[at] = ranks[i]!;
			for (let range = 0; range < ranges; range++)
				row.flags[at * ranges + range] = bits[i * ranges + range]!;
		});
		for (const [label, counts] of wanted)
			counts.forEach((count, range) => {
				rows[label]!.wanted[range]! += count;
			});
	}
	return rows.map(({ scores, ranks, flags, wanted }) => ({
		order: Uint32Array.from(scores.keys()).sort(
			(a, b) => scores[b]! - scores[a]! || a - b,
		),
		ranks,
		flags,
		wanted,
	}));
}

/** Which detections of a class are looked at. */
interface Selection {
	/** The position of the range of areas. */
	readonly range: number;
	/** The position of the threshold. */
	readonly bit: number;
	/** How many of the best of each image. */
	readonly most: number;
}

/** The precision at each right detection, by falling score. */
function precisions(
	{ order, ranks, flags }: Ranking,
	{ range, bit, most }: Selection,
): number[] {
	const found: number[] = [];
	let wrong = 0;
	for (const i of order) {
		const bits = flags[i * areaNames.length + range]!;
		if (ranks[i]! >= most || (bits >> (bit + ignoredShift)) & 1) continue;
		if ((bits >> bit) & 1) {
			const right = found.length + 1;
			found.push(right / (wrong + right + Number.EPSILON));
		} else wrong++;
	}
	return found;
}

/** The mean, over the 101 recalls, of the best precision that is had with at least that recall. */
function meanPrecision(found: number[], wanted: number): number {
	for (let i = found.length - 1; i > 0; i--)
		if (found[i]! > found[i - 1]!) found[i - 1] = found[i]!;
	let sum = 0;
	let at = 0;
	for (const recall of recalls) {
		while (at < found.length && (at + 1) / wanted < recall) at++;
		sum += found[at] ?? 0;
	}
	return sum / recalls.length;
}

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of a figure over the classes of which there is something to find. */
function classMean(
	rankings: readonly Ranking[],
	range: number,
	figure: (ranking: Ranking) => number,
): number {
	return mean(rankings.filter(({ wanted }) => wanted[range]! > 0).map(figure));
}

const thresholds = [...overlapThresholds.keys()];

/** The AP of a class, over some overlaps. */
const classPrecision = (
	ranking: Ranking,
	range: number,
	bits: readonly number[],
): number =>
	mean(
		bits.map((bit) =>
			meanPrecision(
				precisions(ranking, { range, bit, most: mostDetections }),
				ranking.wanted[range]!,
			),
		),
	);

/** The figures of one kind, from images whose detections were matched. */
export function summarize(
	images: readonly ScoredImage[],
	kind: Kind,
	classes: number,
): Summary {
	const rankings = rank(images, kind, classes);
	const precision = (range: number, bits = thresholds): number =>
		classMean(rankings, range, (ranking) =>
			classPrecision(ranking, range, bits),
		);
	const recall = (range: number, most: number): number =>
		classMean(rankings, range, (ranking) =>
			mean(
				thresholds.map(
					(bit) =>
						precisions(ranking, { range, bit, most }).length /
						ranking.wanted[range]!,
				),
			),
		);
	return {
		figures: {
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
		},
		classes: rankings.map((ranking) =>
			ranking.wanted[all]! > 0
				? classPrecision(ranking, all, thresholds)
				: Number.NaN,
		),
	};
}
