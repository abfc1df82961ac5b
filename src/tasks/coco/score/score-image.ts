import type { Detections, Id, Instances } from "../instances.js";
import { type Box, rleArea } from "../rle/rle.js";
import { boxOverlap, comparable, overlap } from "../rle/rle-iou.js";
import { checkSameSize } from "../rle/rle-merge.js";
import { sidesOf } from "./box-sides.js";
import { areaNames, matchDetections } from "./match-detections.js";

/** What is compared: boxes or masks. */
export type Kind = "box" | "mask";

/** Detections beyond these, of a class in an image, do not count. */
export const mostDetections = 100;

/** What remains of an image once its detections are matched: a few bytes for each. */
export interface ScoredImage {
	readonly id: Id | undefined;
	/** Of the detections: class by class, by falling score. */
	readonly labels: Int32Array;
	readonly scores: Float64Array;
	/** The position of each detection among those of its class in the image, from 0. */
	readonly ranks: Uint8Array;
	/** `[detections * ranges]` bits of `matchDetections` for each kind. */
	readonly flags: Readonly<Partial<Record<Kind, Uint32Array>>>;
	/** The classes in it, and for each of them and each range of areas how many things there are. */
	readonly wanted: readonly (readonly [
		label: number,
		counts: readonly number[],
	])[];
}

export interface ScoreOptions {
	readonly kinds: readonly Kind[];
	readonly maskArea: "mask" | "box";
}

/** The indices of each class: detections by falling score, of equal ones the first first. */
function byClass(
	labels: Int32Array,
	scores?: Float32Array | Float64Array,
): Map<number, number[]> {
	const groups = new Map<number, number[]>();
	labels.forEach((label, i) => {
		const group = groups.get(label);
		if (group) group.push(i);
		else groups.set(label, [i]);
	});
	if (scores)
		for (const group of groups.values())
			group.sort((a, b) => scores[b]! - scores[a]! || a - b);
	return groups;
}

function thingBox({ boxes, annotated }: Instances, i: number): Box {
	if (!annotated) return sidesOf(boxes, i);
	return [0, 1, 2, 3].map(
		(side) => annotated.boxes[4 * i + side]!,
	) as unknown as Box;
}

/** How each kind compares a detection with a thing, and how large it is. */
interface Comparison {
	readonly overlap: (detection: number, thing: number) => number;
	readonly area: (detection: number) => number;
}

function boxComparison(found: Detections, wanted: Instances): Comparison {
	const boxes = Array.from(found.labels, (_, i) => sidesOf(found.boxes, i));
	const truths = Array.from(wanted.labels, (_, i) => thingBox(wanted, i));
	return {
		overlap: (detection, thing) =>
			boxOverlap(boxes[detection]!, truths[thing]!, wanted.crowd[thing] === 1),
		area: (detection) => boxes[detection]![2] * boxes[detection]![3],
	};
}

function maskComparison(found: Detections, wanted: Instances): Comparison {
	const first = wanted.masks[0] ?? found.masks[0];
	for (const mask of [...wanted.masks, ...found.masks])
		if (first) checkSameSize(first, mask);
	const truths = wanted.masks.map(comparable);
	const masks = found.masks.map(comparable);
	return {
		overlap: (detection, thing) =>
			overlap(masks[detection]!, truths[thing]!, wanted.crowd[thing] === 1),
		area: (detection) => masks[detection]!.area,
	};
}

function comparisonOf(
	kind: Kind,
	found: Detections,
	{ wanted, maskArea }: { wanted: Instances; maskArea: "mask" | "box" },
): Comparison {
	if (kind === "box") return boxComparison(found, wanted);
	const masks = maskComparison(found, wanted);
	if (maskArea === "mask") return masks;
	return { ...masks, area: boxComparison(found, wanted).area };
}

/** How large things are: as a file says, else their masks or, without those, their boxes. */
function areasOf(wanted: Instances): ArrayLike<number> {
	const { labels, masks, annotated } = wanted;
	if (annotated) return annotated.areas;
	if (masks.length > 0) return masks.map(rleArea);
	return Array.from(labels, (_, i) => {
		const [, , width, height] = thingBox(wanted, i);
		return width * height;
	});
}

/** Matches the detections in an image with what is in it. */
export function scoreImage(
	found: Detections,
	wanted: Instances,
	{ kinds, maskArea }: ScoreOptions,
): ScoredImage {
	const groups = byClass(found.labels, found.scores);
	const things = byClass(wanted.labels);
	const areas = areasOf(wanted);
	const labels = [...new Set([...groups.keys(), ...things.keys()])];
	const kept = labels.map((label) =>
		(groups.get(label) ?? []).slice(0, mostDetections),
	);
	const all = kept.flat();
	const counts = new Map<number, readonly number[]>();
	const flags = kinds.map((kind) => {
		const compare = comparisonOf(kind, found, { wanted, maskArea });
		const bits = new Uint32Array(all.length * areaNames.length);
		let at = 0;
		labels.forEach((label, i) => {
			const truths = things.get(label) ?? [];
			const detections = kept[i] as number[];
			const matched = matchDetections({
				overlaps: Float64Array.from(
					detections.flatMap((detection) =>
						truths.map((thing) => compare.overlap(detection, thing)),
					),
				),
				detectionAreas: detections.map(compare.area),
				thingAreas: truths.map((thing) => areas[thing]!),
				crowd: truths.map((thing) => wanted.crowd[thing] === 1),
			});
			bits.set(matched.flags, at);
			at += matched.flags.length;
			if (truths.length > 0) counts.set(label, matched.counts);
		});
		return [kind, bits] as const;
	});
	return {
		id: wanted.image,
		labels: Int32Array.from(all, (i) => found.labels[i]!),
		scores: Float64Array.from(all, (i) => found.scores[i]!),
		ranks: Uint8Array.from(kept.flatMap((group) => [...group.keys()])),
		flags: Object.fromEntries(flags),
		wanted: [...counts],
	};
}
