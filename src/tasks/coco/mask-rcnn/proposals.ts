import type * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import { type ProposeOptions, proposeBoxes } from "./propose-boxes.js";
import { imageSize, rowOf } from "./rows.js";
import type { RpnOutput } from "./rpn-head.js";

/** The proposals of a batch, each image's by falling score; behind the last one all is 0. */
export interface Proposals {
	/** `[batch, kept, 4]`: left, top, right and bottom, in pixels. */
	readonly boxes: tf.Tensor3D;
	/** `[batch, kept]`, from 0 to 1. */
	readonly scores: tf.Tensor2D;
	/** `[batch]`, int32: how many there are. */
	readonly counts: tf.Tensor1D;
}

/**
 * The proposals of a batch, computed in plain JavaScript; no gradient goes through them.
 *
 * `sizes` are the heights and widths of the images before padding, `[batch, 2]`.
 */
export function proposals(
	{ objectness, deltas }: RpnOutput,
	sizes: tf.Tensor2D,
	options: ProposeOptions,
): Proposals {
	const batch = sizes.shape[0];
	const kept = options.settings.proposals.kept[options.mode];
	const [boxes, scores, counts] = onHost(
		[sizes, objectness, deltas],
		[
			{ shape: [batch, kept, 4], dtype: "float32" },
			{ shape: [batch, kept], dtype: "float32" },
			{ shape: [batch], dtype: "int32" },
		],
		(arrays) => {
			const [sides, logits, moves] = arrays as [
				Float32Array,
				Float32Array,
				Float32Array,
			];
			const boxes = new Float32Array(batch * kept * 4);
			const scores = new Float32Array(batch * kept);
			const counts = new Int32Array(batch);
			for (let image = 0; image < batch; image++) {
				const output = {
					logits: rowOf(logits, image, batch),
					deltas: rowOf(moves, image, batch),
				};
				const size = imageSize(sides, image);
				const found = proposeBoxes(output, size, options);
				rowOf(boxes, image, batch).set(found.boxes);
				rowOf(scores, image, batch).set(found.scores);
				counts[image] = found.scores.length;
			}
			return [boxes, scores, counts];
		},
	);
	return {
		boxes: boxes as tf.Tensor3D,
		scores: scores as tf.Tensor2D,
		counts: counts as tf.Tensor1D,
	};
}
