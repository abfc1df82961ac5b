/**
 * Feature pyramid network, layer by layer as in mmdetection; torchvision's is the same.
 *
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/necks/fpn.py
 */
import * as tf from "@tensorflow/tfjs";
import type { Pyramid } from "../../../backbones/forward.js";
import { conv2d, conv2dParams } from "../../../nn/conv2d.js";
import { maxPool } from "../../../nn/max-pool.js";
import type { ParamSpecs, Params } from "../../../nn/params.js";

type Feature = tf.Tensor4D;

function addUpsampled(fine: Feature, coarse: Feature): Feature {
	const size: [number, number] = [fine.shape[1], fine.shape[2]];
	return tf.add(fine, tf.image.resizeNearestNeighbor(coarse, size));
}

/**
 * Feature maps at strides 4, 8, 16, 32 and 64, all of the same number of channels.
 *
 * The coarsest takes every second pixel of the one before.
 */
export function fpn(params: Params, pyramid: Pyramid): Feature[] {
	const laterals = pyramid.map(
		(x, i) => conv2d(params, `neck.lateral_convs.${i}.conv`, x), // [1, 1, inner, 256]
	);
	for (let i = laterals.length - 1; i > 0; i--) {
		const fine = laterals[i - 1];
		laterals[i - 1] = addUpsampled(fine, laterals[i]);
	}
	const outs = laterals.map(
		(x, i) => conv2d(params, `neck.fpn_convs.${i}.conv`, x, { pad: 1 }), // [3, 3, 256, 256]
	);
	return [...outs, maxPool(outs.at(-1) as Feature, { size: 1, stride: 2 })];
}

/**
 * The weights of the network on top of maps of `inner` channels.
 *
 * As in mmdetection, they start uniform by the mean of fan-in and fan-out (Xavier), the biases at 0.
 */
export function fpnParams(
	inner: readonly number[],
	channels = 256,
): ParamSpecs {
	const conv = (name: string, from: number, kernel: number): ParamSpecs =>
		conv2dParams(name, [from, channels], kernel, {
			bias: true,
			initial: { bound: Math.sqrt(6 / (kernel ** 2 * (from + channels))) },
			initialBias: { constant: 0 },
		});
	const layers = [
		...inner.map((from, i) => conv(`neck.lateral_convs.${i}.conv`, from, 1)),
		...inner.map((_, i) => conv(`neck.fpn_convs.${i}.conv`, channels, 3)),
	];
	return Object.assign({}, ...layers);
}
