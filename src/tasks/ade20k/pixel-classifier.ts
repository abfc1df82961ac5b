import type * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../../backbones/forward.js";
import { conv2d, conv2dParams } from "../../nn/conv2d.js";
import { dropout2d } from "../../nn/drop.js";
import type { ParamSpecs, Params } from "../../nn/params.js";

/** The last layer of a head: dropout of channels in training, and the convolution `conv_seg`. */
export function pixelClassifier(
	params: Params,
	head: string,
	x: tf.Tensor4D,
	{ dropout, training }: { readonly dropout: number } & ForwardOptions,
): tf.Tensor4D {
	const kept = training ? dropout2d(x, dropout, training.random) : x;
	return conv2d(params, `${head}.conv_seg`, kept); // [1, 1, channels, classes]
}

/** The weights of that convolution, which start normal with deviation 0.01, its bias at 0. */
export function pixelClassifierParams(
	head: string,
	channels: number,
	classes: number,
): ParamSpecs {
	return conv2dParams(`${head}.conv_seg`, [channels, classes], 1, {
		bias: true,
		initial: { deviation: 0.01 },
		initialBias: { constant: 0 },
	});
}
