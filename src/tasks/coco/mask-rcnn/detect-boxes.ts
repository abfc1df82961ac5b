import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { Shown, Size } from "../../task.js";
import type { Detections } from "../instances.js";
import {
	type Boxes,
	clipBoxes,
	decodeBoxes,
	imageSize,
	isLarge,
	rowOf,
	takeFours,
} from "./box.js";
import { maskBins, pasteMask } from "./masks.js";
import { nms } from "./nms.js";
import type { BoxOutput } from "./region-heads.js";
import type { Sides } from "./region-taps.js";
import type { Regions } from "./roi-align.js";
import type { Convention, RegionSettings } from "./settings.js";

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

/** The objects found in a batch, each image's by falling score; behind the last one all is 0. */
export interface DetectedBatch extends Regions {
	/** `[batch, most]`, from 0 to 1. */
	readonly scores: tf.Tensor2D;
	/** `[batch, most]`, int32. */
	readonly labels: tf.Tensor2D;
}

/**
 * The objects in a batch, chosen in plain JavaScript.
 *
 * `sizes` are the heights and widths of the images before padding, `[batch, 2]`.
 */
export function detectBatch(
	regions: Regions,
	{ logits, deltas }: BoxOutput,
	{
		sizes,
		settings,
	}: { readonly sizes: tf.Tensor2D; readonly settings: RegionSettings },
): DetectedBatch {
	const [batch, proposed] = regions.boxes.shape;
	const { most } = settings.detect;
	const made = onHost(
		[regions.boxes, regions.counts, tf.softmax(logits), deltas, sizes],
		[
			{ shape: [batch, most, 4], dtype: "float32" },
			{ shape: [batch], dtype: "int32" },
			{ shape: [batch, most], dtype: "float32" },
			{ shape: [batch, most], dtype: "int32" },
		],
		(arrays) => {
			const [given, real, said, moves, sides] = arrays as Float32Array[];
			const boxes = new Float32Array(batch * most * 4);
			const counts = new Int32Array(batch);
			const scores = new Float32Array(batch * most);
			const labels = new Int32Array(batch * most);
			for (let image = 0; image < batch; image++) {
				const part = (values: Float32Array): Float32Array => {
					const row = rowOf(values, image, batch);
					return row.subarray(0, (row.length / proposed) * real[image]);
				};
				const found = detectBoxes(
					{ boxes: part(given), scores: part(said), deltas: part(moves) },
					imageSize(sides, image),
					settings,
				);
				counts[image] = found.labels.length;
				rowOf(boxes, image, batch).set(found.boxes);
				rowOf(scores, image, batch).set(found.scores);
				rowOf(labels, image, batch).set(found.labels);
			}
			return [boxes, counts, scores, labels];
		},
	);
	const [boxes, counts, scores, labels] = made;
	return {
		boxes: boxes as tf.Tensor3D,
		counts: counts as tf.Tensor1D,
		scores: scores as tf.Tensor2D,
		labels: labels as tf.Tensor2D,
	};
}

/** What was found in one image, in the coordinates of the image that the network saw. */
export interface FoundObjects {
	readonly boxes: Float32Array;
	readonly scores: Float32Array;
	readonly labels: Int32Array;
	/** `[n, 28, 28]`, from 0 to 1. */
	readonly masks: Float32Array;
}

/** What was found in an image, in its own coordinates and pixels. */
export function readDetections(
	{ boxes, scores, labels, masks }: FoundObjects,
	{ given, seen }: Shown,
	convention: Convention,
): Detections {
	const x = Math.fround(given.width / seen.width);
	const y = Math.fround(given.height / seen.height);
	const own = boxes.map((side, i) => side * (i % 2 === 0 ? x : y));
	const area = maskBins * maskBins;
	return {
		boxes: own,
		labels,
		scores,
		masks: Array.from(labels, (_, i) => {
			const box = own.subarray(4 * i, 4 * i + 4) as unknown as Sides;
			const values = masks.subarray(area * i, area * (i + 1));
			return pasteMask({ values, box }, given, convention);
		}),
	};
}
