import type { Size } from "../task.js";
import { type Boxes, clipBoxes } from "./box.js";
import { decodeBoxes } from "./box-coder.js";
import { nms } from "./nms.js";
import type { RegionSettings } from "./region-settings.js";

/** What the second stage says of the regions of one image. */
export interface ClassifiedRegions {
	/** `[regions, 4]`. */
	readonly boxes: Boxes;
	/** `[regions, classes + 1]`, from 0 to 1; the background is last. */
	readonly scores: Float32Array;
	/** `[regions, classes, 4]`. */
	readonly deltas: Float32Array;
}

/** Objects found in one image, by falling score. */
export interface DetectedBoxes {
	readonly boxes: Boxes;
	readonly scores: Float32Array;
	readonly labels: Int32Array;
}

/** The pairs of a region and a class whose score is above the threshold, in order. */
function candidates(
	scores: Float32Array,
	classes: number,
	{ detect }: RegionSettings,
): number[] {
	// PyTorch compares in float32.
	const least = Math.fround(detect.score);
	const pairs: number[] = [];
	for (
		let at = 0, region = 0;
		at < scores.length;
		at += classes + 1, region++
	) {
		for (let label = 0; label < classes; label++) {
			if (scores[at + label] > least) pairs.push(region * classes + label);
		}
	}
	return pairs;
}

function isLarge(boxes: Boxes, at: number, leastSide: number): boolean {
	const width = boxes[at + 2] - boxes[at];
	const height = boxes[at + 3] - boxes[at + 1];
	return width >= leastSide && height >= leastSide;
}

/**
 * The objects in one image: each region may be one of each class that scores high enough, moved by the deltas
 * of that class and clipped to the image, without those that overlap a higher one of the class.
 *
 * `image` is its size before padding. Sources: `get_bboxes` and `multiclass_nms` of mmdetection,
 * `postprocess_detections` of torchvision.
 */
export function detectBoxes(
	{ boxes, scores, deltas }: ClassifiedRegions,
	image: Size,
	settings: RegionSettings,
): DetectedBoxes {
	const { coder, detect } = settings;
	const regions = boxes.length / 4;
	const classes = scores.length / Math.max(1, regions) - 1;
	const pairs = candidates(scores, classes, settings);
	const from = new Float32Array(4 * pairs.length);
	const by = new Float32Array(4 * pairs.length);
	pairs.forEach((pair, i) => {
		const region = 4 * Math.floor(pair / classes);
		from.set(boxes.subarray(region, region + 4), 4 * i);
		by.set(deltas.subarray(4 * pair, 4 * pair + 4), 4 * i);
	});
	const moved = decodeBoxes(by, from, coder);
	clipBoxes(moved, image);
	const large = pairs
		.map((pair, i) => ({ pair, at: 4 * i }))
		.filter(({ at }) => isLarge(moved, at, detect.leastSide));
	const found = {
		boxes: new Float32Array(4 * large.length),
		scores: Float32Array.from(
			large,
			({ pair }) => scores[pair + Math.floor(pair / classes)],
		),
		labels: Int32Array.from(large, ({ pair }) => pair % classes),
	};
	large.forEach(({ at }, i) => {
		found.boxes.set(moved.subarray(at, at + 4), 4 * i);
	});
	return kept(found, detect);
}

function kept(
	{ boxes, scores, labels }: DetectedBoxes,
	{ nms: threshold, most }: RegionSettings["detect"],
): DetectedBoxes {
	const indices = nms(boxes, scores, threshold, { groups: labels, most });
	const chosen = new Float32Array(4 * indices.length);
	indices.forEach((index, i) => {
		chosen.set(boxes.subarray(4 * index, 4 * index + 4), 4 * i);
	});
	return {
		boxes: chosen,
		scores: Float32Array.from(indices, (i) => scores[i]),
		labels: indices.map((i) => labels[i]),
	};
}
