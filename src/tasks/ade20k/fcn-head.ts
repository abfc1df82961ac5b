/**
 * The auxiliary head of UPerNet: mmsegmentation's `FCNHead` of one convolution, with its names.
 *
 * https://github.com/open-mmlab/mmsegmentation/blob/v0.11.0/mmseg/models/decode_heads/fcn_head.py
 */
import type * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../../backbones/forward.js";
import { convBnRelu, convBnReluParams } from "../../nn/conv-bn-relu.js";
import type { ParamSpecs, Params } from "../../nn/params.js";
import { pixelClassifier, pixelClassifierParams } from "./pixel-classifier.js";

const head = "auxiliary_head";

/** The logits of a feature map, `[batch, height, width, classes]` at its own size. */
export function fcnHead(
	params: Params,
	x: tf.Tensor4D,
	options: { readonly dropout: number } & ForwardOptions,
): tf.Tensor4D {
	const out = convBnRelu(params, `${head}.convs.0`, x, options);
	return pixelClassifier(params, head, out, options);
}

/** The weights of the head, in the order of the state_dict. */
export function fcnHeadParams(
	inner: number,
	channels: number,
	classes: number,
): ParamSpecs {
	return {
		...pixelClassifierParams(head, channels, classes),
		...convBnReluParams(`${head}.convs.0`, [inner, channels], 3),
	};
}
