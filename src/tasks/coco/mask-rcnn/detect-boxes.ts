import type { Size } from "../../task.js";
import { type Boxes, clipBoxes, isLarge, takeFours } from "./box.js";
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

/** The pairs of a region and a class whose score is above the threshold, region by region. */
function candidates(
	scores: Float32Array,
	classes: number,
	threshold: number,
): Int32Array {
	// PyTorch compares in float32.
	const least = Math.fround(threshold);
	const pairs: number[] = [];
	let pair = 0;
	for (let at = 0; at < scores.length; at++) {
		if (at % (classes + 1) === classes) continue;
		if (scores[at] > least) pairs.push(pair);
		pair++;
	}
	return Int32Array.from(pairs);
}

const choose = (
	{ boxes, scores, labels }: DetectedBoxes,
	indices: Int32Array,
): DetectedBoxes => ({
	boxes: takeFours(boxes, indices),
	scores: Float32Array.from(indices, (i) => scores[i]),
	labels: indices.map((i) => labels[i]),
});

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
	{ coder, detect }: RegionSettings,
): DetectedBoxes {
	const classes = scores.length / (boxes.length / 4) - 1;
	const pairs = candidates(scores, classes, detect.score);
	const regions = pairs.map((pair) => Math.floor(pair / classes));
	const start = takeFours(boxes, regions);
	const moved = decodeBoxes(takeFours(deltas, pairs), start, coder);
	clipBoxes(moved, image);
	const all = {
		boxes: moved,
		scores: Float32Array.from(pairs, (pair, i) => scores[pair + regions[i]]),
		labels: pairs.map((pair) => pair % classes),
	};
	const indices = Int32Array.from(pairs, (_, i) => i);
	const large = choose(
		all,
		indices.filter((i) => isLarge(moved, i, detect.leastSide)),
	);
	const kept = nms(large.boxes, large.scores, detect.nms, {
		groups: large.labels,
		most: detect.most,
	});
	return choose(large, kept);
}
