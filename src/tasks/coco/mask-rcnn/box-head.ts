/**
 * The layers that classify regions and move their boxes, as in mmdetection; torchvision's are the same.
 *
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/roi_heads/bbox_heads/convfc_bbox_head.py
 */
import * as tf from "@tensorflow/tfjs";
import { linear, linearParams } from "../../../nn/linear.js";
import { type ParamSpecs, type Params, param } from "../../../nn/params.js";

/** Bins on each side of a region that the layers see. */
export const boxBins = 7;

/** What the layers say of each region. */
export interface BoxOutput {
	/** `[regions, classes + 1]`: logits; the background is last. */
	readonly logits: tf.Tensor2D;
	/** `[regions, classes, 4]`: deltas of the box, if it is of that class. */
	readonly deltas: tf.Tensor3D;
}

const name = (layer: string): string => `roi_head.bbox_head.${layer}`;

/** Applies the layers to regions, `[regions, 7, 7, channels]`. */
export function boxHead(params: Params, regions: tf.Tensor4D): BoxOutput {
	const flat = tf.reshape(regions, [regions.shape[0], -1]);
	const first = name("shared_fcs.0");
	const weight = param(params, `${first}.weight`); // [7, 7, 256, 1024]
	const product = tf.matMul(
		flat as tf.Tensor2D,
		tf.reshape(weight, [flat.shape[1] as number, -1]) as tf.Tensor2D,
	);
	let x = tf.relu(tf.add(product, param(params, `${first}.bias`)));
	x = tf.relu(linear(params, name("shared_fcs.1"), x)); // [1024, 1024]
	const logits = linear(params, name("fc_cls"), x); // [1024, classes + 1]
	const deltas = linear(params, name("fc_reg"), x); // [1024, 4 * classes]
	const shape: [number, number, number] = [x.shape[0], -1, 4];
	return {
		logits: logits as tf.Tensor2D,
		deltas: tf.reshape(deltas, shape),
	};
}

/**
 * The weights of the layers.
 *
 * As in mmdetection, the shared ones start uniform by the mean of fan-in and fan-out (Xavier), the last ones
 * normal with deviations 0.01 and 0.001; the biases are 0.
 */
export function boxHeadParams(
	classes: number,
	{ channels = 256, hidden = 1024 } = {},
): ParamSpecs {
	const layer = (
		layer: string,
		[inner, outer]: readonly [number, number],
		deviation?: number,
	): ParamSpecs =>
		linearParams(name(layer), [inner, outer], {
			initial: deviation
				? { deviation }
				: { bound: Math.sqrt(6 / (inner + outer)) },
			initialBias: { constant: 0 },
		});
	const inner = channels * boxBins * boxBins;
	const specs = {
		...layer("shared_fcs.0", [inner, hidden]),
		...layer("shared_fcs.1", [hidden, hidden]),
		...layer("fc_cls", [hidden, classes + 1], 0.01),
		...layer("fc_reg", [hidden, 4 * classes], 0.001),
	};
	const first = name("shared_fcs.0.weight");
	return {
		...specs,
		// PyTorch flattens channels before pixels.
		[first]: {
			...specs[first],
			view: [hidden, channels, boxBins, boxBins],
			axes: [2, 3, 1, 0],
		},
	};
}
