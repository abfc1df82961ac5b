import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { BoxOutput } from "./box-head.js";
import { detectBoxes } from "./detect-boxes.js";
import type { RegionSettings } from "./region-settings.js";
import type { Regions } from "./roi-align.js";
import { imageSize, rowOf } from "./rows.js";

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
