import * as tf from "@tensorflow/tfjs";
import {
	type BatchNormModes,
	batchNorm,
	batchNormParams,
} from "./batch-norm.js";
import { conv2d, conv2dParams } from "./conv2d.js";
import { conv2dOfConcat } from "./conv2d-of-concat.js";
import { type ParamSpecs, type Params, param } from "./params.js";

/**
 * The convolution `name.conv`, which keeps the size, the batch norm `name.bn` and ReLU, as mmcv's `ConvModule`.
 *
 * Of several feature maps it sees the channels of all, resized bilinearly to the size of the first.
 */
export function convBnRelu(
	params: Params,
	name: string,
	x: tf.Tensor4D | readonly [tf.Tensor4D, ...tf.Tensor4D[]],
	{ batchNorm: mode }: { readonly batchNorm?: BatchNormModes | undefined } = {},
): tf.Tensor4D {
	const filter = param(
		params,
		`${name}.conv.weight`,
	) as tf.Variable<tf.Rank.R4>;
	const out =
		x instanceof tf.Tensor
			? conv2d(params, `${name}.conv`, x, { pad: (filter.shape[0] - 1) / 2 })
			: conv2dOfConcat(x, filter);
	return tf.relu(batchNorm(params, `${name}.bn`, out, { mode }));
}

/** The weights of a `convBnRelu` of an odd, square kernel, which start as in mmcv: normal by fan-out. */
export function convBnReluParams(
	name: string,
	channels: readonly [inner: number, outer: number],
	kernel: number,
): ParamSpecs {
	const deviation = Math.sqrt(2 / (channels[1] * kernel ** 2));
	return {
		...conv2dParams(`${name}.conv`, channels, kernel, {
			initial: { deviation },
		}),
		...batchNormParams(`${name}.bn`, channels[1]),
	};
}
