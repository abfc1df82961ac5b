import type * as tf from "@tensorflow/tfjs";
import { onHost } from "../../engine/host.js";
import type { HostValue } from "../../engine/host-value.js";
import { anchorTargets } from "./anchor-targets.js";
import { type Anchors, excludedAnchors } from "./anchors.js";
import type { Boxes } from "./box.js";
import { imageSize, rowOf } from "./rows.js";
import type { RpnSettings } from "./rpn-settings.js";

/** What the region proposal network is trained by. */
export interface RpnTruth {
	/** The objects of each image, without crowds. */
	readonly instances: HostValue<readonly { readonly boxes: Boxes }[]>;
	/** Numbers uniform in [0, 1) that choose the examples, `[batch, settings.sample.count]`. */
	readonly draws: tf.Tensor2D;
}

/** What the network should have said of the anchors, one feature map after the other. */
export interface RpnTargets {
	/** `[batch, anchors]`: 1 where there is an object, -1 where there is none, 0 where it does not matter. */
	readonly labels: tf.Tensor2D;
	/** `[batch, anchors, 4]`: 0 where the label is not 1. */
	readonly deltas: tf.Tensor3D;
	/** The number of examples, by which losses are divided. */
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
	const anchorCount = anchors.boxes.length / 4;
	const [labels, deltas, count] = onHost(
		[sizes, draws],
		[
			{ shape: [batch, anchorCount], dtype: "float32" },
			{ shape: [batch, anchorCount, 4], dtype: "float32" },
			{ shape: [], dtype: "float32" },
		],
		(arrays, values) => {
			const [sides, numbers] = arrays as [Float32Array, Float32Array];
			const [objects] = values as [typeof instances.value];
			const labels = new Float32Array(batch * anchorCount);
			const deltas = new Float32Array(batch * anchorCount * 4);
			let count = 0;
			objects.forEach(({ boxes }, image) => {
				const size = imageSize(sides, image);
				const targets = anchorTargets(anchors.boxes, boxes, {
					settings,
					draws: rowOf(numbers, image, batch),
					excluded: excludedAnchors(anchors, size, settings.anchors),
				});
				rowOf(labels, image, batch).set(targets.labels);
				rowOf(deltas, image, batch).set(targets.deltas);
				count += targets.count;
			});
			return [labels, deltas, Float32Array.of(count)];
		},
		{ hostValues: [instances] },
	);
	return {
		labels: labels as tf.Tensor2D,
		deltas: deltas as tf.Tensor3D,
		count: count as tf.Scalar,
	};
}
