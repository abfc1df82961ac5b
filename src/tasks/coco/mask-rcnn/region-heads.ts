/**
 * The layers that classify regions, move their boxes and draw their masks, as in mmdetection; torchvision's are
 * the same.
 *
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/roi_heads/bbox_heads/convfc_bbox_head.py
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/roi_heads/mask_heads/fcn_mask_head.py
 */
import * as tf from "@tensorflow/tfjs";
import { conv2d, conv2dParams } from "../../../nn/conv2d.js";
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

const boxLayer = (layer: string): string => `roi_head.bbox_head.${layer}`;

/** Applies the layers to regions, `[regions, 7, 7, channels]`. */
export function boxHead(params: Params, regions: tf.Tensor4D): BoxOutput {
	const flat = tf.reshape(regions, [regions.shape[0], -1]);
	const first = boxLayer("shared_fcs.0");
	const weight = param(params, `${first}.weight`); // [7, 7, 256, 1024]
	const product = tf.matMul(
		flat as tf.Tensor2D,
		tf.reshape(weight, [flat.shape[1] as number, -1]) as tf.Tensor2D,
	);
	let x = tf.relu(tf.add(product, param(params, `${first}.bias`)));
	x = tf.relu(linear(params, boxLayer("shared_fcs.1"), x)); // [1024, 1024]
	const logits = linear(params, boxLayer("fc_cls"), x); // [1024, classes + 1]
	const deltas = linear(params, boxLayer("fc_reg"), x); // [1024, 4 * classes]
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
		linearParams(boxLayer(layer), [inner, outer], {
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
	const first = boxLayer("shared_fcs.0.weight");
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

/** Bins on each side of a region that the layers see: half of those of the mask. */
export const seenBins = 14;

const depth = 4;
const maskLayer = (layer: string): string => `roi_head.mask_head.${layer}`;

/**
 * Makes each pixel four: a transposed convolution of 2 x 2 at stride 2.
 *
 * The four are left side by side, `[regions, height * width * 4, channels]`, for layers that look at single
 * pixels.
 */
function upsample(params: Params, x: tf.Tensor4D): tf.Tensor3D {
	const weight = param(params, `${maskLayer("upsample")}.weight`); // [256, 2, 2, 256]
	const [regions, height, width, inner] = x.shape;
	const outer = weight.shape[3] as number;
	const flat = tf.reshape(x, [-1, inner]);
	const product = tf.matMul(flat, tf.reshape(weight, [inner, -1]));
	const pixels: [number, number, number] = [regions, height * width * 4, outer];
	return tf.add(
		tf.reshape(product, pixels),
		param(params, `${maskLayer("upsample")}.bias`),
	);
}

/** Puts the pixels that `upsample` has left side by side in their places: `[regions, 2 height, 2 width]`. */
function arrange(x: tf.Tensor, bins: number): tf.Tensor3D {
	const squares = tf.reshape(x, [-1, bins, bins, 2, 2]);
	const rows = tf.transpose(squares, [0, 1, 3, 2, 4]);
	return tf.reshape(rows, [-1, 2 * bins, 2 * bins]);
}

/**
 * Draws the mask of each region, for the class it is of alone: logits, `[regions, 28, 28]`.
 *
 * `regions` are `[regions, 14, 14, channels]`, `labels` `[regions]`, int32; where the label is no class, the
 * mask is 0. The last layer is applied with the weights of that class, which is the same as to choose its
 * mask from those of all.
 */
export function maskHead(
	params: Params,
	regions: tf.Tensor4D,
	labels: tf.Tensor1D,
): tf.Tensor3D {
	let x = regions;
	for (let i = 0; i < depth; i++)
		x = tf.relu(conv2d(params, maskLayer(`convs.${i}.conv`), x, { pad: 1 })); // [3, 3, 256, 256]
	const pixels = tf.relu(upsample(params, x));
	const weight = param(params, `${maskLayer("conv_logits")}.weight`); // [1, 1, 256, classes]
	const bias = param(params, `${maskLayer("conv_logits")}.bias`);
	const [, , inner, classes] = weight.shape as [number, number, number, number];
	const chosen = tf.oneHot(labels, classes) as tf.Tensor2D;
	const kernels = tf.matMul(
		chosen,
		tf.reshape(weight, [inner, classes]) as tf.Tensor2D,
		false,
		true,
	);
	const offsets = tf.matMul(chosen, tf.reshape(bias, [classes, 1]));
	const products = tf.matMul(pixels, tf.expandDims(kernels, 2)) as tf.Tensor3D;
	const logits = tf.add(products, tf.expandDims(offsets, 2));
	return arrange(logits, regions.shape[1]);
}

/**
 * The weights of the layers.
 *
 * As in mmdetection, they start normal by their fan-out (Kaiming), the biases at 0.
 */
export function maskHeadParams(
	classes: number,
	{ channels = 256 } = {},
): ParamSpecs {
	const start = (fanOut: number) => ({
		bias: true,
		initial: { deviation: Math.sqrt(2 / fanOut) },
		initialBias: { constant: 0 },
	});
	const convs = Array.from({ length: depth }, (_, i) =>
		conv2dParams(
			maskLayer(`convs.${i}.conv`),
			[channels, channels],
			3,
			start(9 * channels),
		),
	);
	const upsample: ParamSpecs = {
		[`${maskLayer("upsample")}.weight`]: {
			shape: [channels, channels, 2, 2],
			axes: [0, 2, 3, 1],
			initial: { deviation: Math.sqrt(2 / (4 * channels)) },
		},
		[`${maskLayer("upsample")}.bias`]: {
			shape: [channels],
			initial: { constant: 0 },
		},
	};
	const logits = conv2dParams(
		maskLayer("conv_logits"),
		[channels, classes],
		1,
		start(classes),
	);
	return Object.assign({}, ...convs, upsample, logits);
}
