/**
 * ConvNeXt, layer by layer and with the names of the official code, channels last throughout.
 *
 * https://github.com/facebookresearch/ConvNeXt/blob/main/models/convnext.py
 * https://github.com/pytorch/vision/blob/v0.14.1/torchvision/models/convnext.py
 */
import * as tf from "@tensorflow/tfjs";
import { conv2d } from "../nn/conv2d.js";
import { gelu } from "../nn/gelu.js";
import { layerNorm } from "../nn/layer-norm.js";
import { linear } from "../nn/linear.js";
import { type Params, param } from "../nn/params.js";
import { blockDrops, type Drop } from "./block-drops.js";
import { checkpointed } from "./checkpointed.js";
import type { Weighted } from "./family.js";
import type { ForwardOptions } from "./forward.js";

/** A ConvNeXt by its sizes. */
export interface ConvNeXtArchitecture {
	readonly family: "convnext";
	/** Channels of the first stage; each later one doubles them. */
	readonly width: number;
	/** Blocks per stage: four stages for a feature pyramid. */
	readonly depths: readonly number[];
	/** Outputs of the classifier; 0 for none. */
	readonly classes: number;
	/**
	 * As the official detectors and segmenters have it: a layer norm on each level, `norm0` ... `norm3`, instead
	 * of the classifier and its `norm`.
	 */
	readonly dense: boolean;
}

/** What is added to the variance in all layer norms. */
export const epsilon = 1e-6;

type Image = tf.Tensor4D;

const norm = <T extends tf.Tensor>(params: Params, name: string, x: T): T =>
	layerNorm(params, name, x, { epsilon });

/** The layer norm of the classifier, which sees the pooled features. */
export const convnextNorm = (params: Params, x: tf.Tensor2D): tf.Tensor2D =>
	norm(params, "norm", x);

interface Block {
	readonly name: string;
	readonly drop: Drop;
}

function convnextBlock(params: Params, { name, drop }: Block, x: Image): Image {
	let out = conv2d(params, `${name}.dwconv`, x, { pad: 3 }); // [7, 7, 1, dim]
	out = norm(params, `${name}.norm`, out);
	out = linear(params, `${name}.pwconv1`, out); // [dim, 4 * dim]
	out = gelu(out);
	out = linear(params, `${name}.pwconv2`, out); // [4 * dim, dim]
	out = tf.mul(param(params, `${name}.gamma`), out); // [dim]
	return tf.add(x, drop(out));
}

/** What the first stage sees: one normalized vector per patch of the images. */
export function convnextStem(params: Params, images: tf.Tensor4D): tf.Tensor4D {
	const x = conv2d(params, "downsample_layers.0.0", images, { stride: 4 }); // [4, 4, 3, width]
	return norm(params, "downsample_layers.0.1", x);
}

function downsample(params: Params, name: string, x: Image): Image {
	const out = norm(params, `${name}.0`, x);
	return conv2d(params, `${name}.1`, out, { stride: 2 }); // [2, 2, dim, 2 * dim]
}

/** The output of each stage, every one at twice the stride of the one before. */
export function convnextStages(
	{ net, params }: Weighted<ConvNeXtArchitecture>,
	images: tf.Tensor4D,
	options: ForwardOptions = {},
): tf.Tensor4D[] {
	const nextDrop = blockDrops(net.depths, options.stochasticDepth);
	let x = checkpointed(params, images, {
		names: ["downsample_layers.0."],
		of: convnextStem,
		options,
	});
	return net.depths.map((count, stage) => {
		const drops = Array.from({ length: count }, nextDrop);
		x = checkpointed(params, x, {
			names: [
				...(stage > 0 ? [`downsample_layers.${stage}.`] : []),
				`stages.${stage}.`,
			],
			of(own, seen) {
				let out = seen;
				if (stage > 0) out = downsample(own, `downsample_layers.${stage}`, out);
				drops.forEach((drop, i) => {
					const block = { name: `stages.${stage}.${i}`, drop };
					out = convnextBlock(own, block, out);
				});
				return out;
			},
			options,
		});
		return net.dense ? norm(params, `norm${stage}`, x) : x;
	});
}
