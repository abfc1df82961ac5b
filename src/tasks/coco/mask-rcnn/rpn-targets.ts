import type * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import type { HostValue } from "../../../engine/host-value.js";
import { type BoxArray, singleBoxes } from "../box-array.js";
import { anchorTargets } from "./anchor-targets.js";
import { type Anchors, excludedAnchors } from "./anchors.js";
import { imageSize, rowOf } from "./rows.js";
import type { RpnSettings } from "./rpn-settings.js";

/** What the region proposal network is trained by. */
export interface RpnTruth {
	/** The objects of each image, without crowds. */
	readonly instances: HostValue<readonly { readonly boxes: BoxArray }[]>;
	/** Numbers uniform in [0, 1) that choose the examples, `[batch, settings.sample.count]`. */
	readonly draws: tf.Tensor2D;
}

/** The anchors of a batch that are learned from, `examples` an image, and what they should have said. */
export interface RpnTargets {
	/** `[batch * examples]`, int32: among the anchors of all images, one image after the other. */
	readonly indices: tf.Tensor1D;
	/** `[batch * examples]`: 1 where there is an object, -1 where there is none, 0 for what fills up. */
	readonly labels: tf.Tensor1D;
	/** `[batch * examples, 4]`: 0 where the label is not 1. */
	readonly deltas: tf.Tensor2D;
	/** The number by which losses are divided. */
	readonly count: tf.Scalar;
}

/**
 * The targets of a batch, computed in plain JavaScript.
 *
 * `sizes` are the heights and widths of the images before padding, `[batch, 2]`.
 */
export function rpnTargets(
	{ instances, draws }: RpnTruth,
	sizes: tf.Tensor2D,
	{
		anchors,
		settings,
	}: { readonly anchors: Anchors; readonly settings: RpnSettings },
): RpnTargets {
	const batch = sizes.shape[0];
	const examples = batch * settings.sample.count;
	const [indices, labels, deltas, count] = onHost(
		[sizes, draws],
		[
			{ shape: [examples], dtype: "int32" },
			{ shape: [examples], dtype: "float32" },
			{ shape: [examples, 4], dtype: "float32" },
			{ shape: [], dtype: "float32" },
		],
		(arrays, values) => {
			const [sides, numbers] = arrays as [Float32Array, Float32Array];
			const [objects] = values as [typeof instances.value];
			if (objects.length !== batch) {
				throw new Error(
					`a batch of ${batch} images needs the objects of each, not of ${objects.length}`,
				);
			}
			const indices = new Int32Array(examples);
			const labels = new Float32Array(examples);
			const deltas = new Float32Array(4 * examples);
			let count = 0;
			objects.forEach(({ boxes }, image) => {
				const size = imageSize(sides, image);
				const targets = anchorTargets(anchors.boxes, singleBoxes(boxes), {
					settings,
					draws: rowOf(numbers, image, batch),
					excluded: excludedAnchors(anchors, size, settings.anchors),
				});
				const start = (image * anchors.boxes.length) / 4;
				const among = targets.indices.map((index) => start + index);
				indices.set(among, image * settings.sample.count);
				rowOf(labels, image, batch).set(targets.labels);
				rowOf(deltas, image, batch).set(targets.deltas);
				count += targets.count;
			});
			return [indices, labels, deltas, Float32Array.of(count)];
		},
		{ hostValues: [instances] },
	);
	return {
		indices: indices as tf.Tensor1D,
		labels: labels as tf.Tensor1D,
		deltas: deltas as tf.Tensor2D,
		count: count as tf.Scalar,
	};
}
