/**
 * Swin Transformer, layer by layer and with the names of the official code; sizes that are no multiple
 * of the window or the stride as in torchvision and mmdetection.
 *
 * https://github.com/microsoft/Swin-Transformer/blob/main/models/swin_transformer.py
 * https://github.com/pytorch/vision/blob/v0.14.1/torchvision/models/swin_transformer.py
 */
import * as tf from "@tensorflow/tfjs";
import { conv2d } from "../nn/conv2d.js";
import { gelu } from "../nn/gelu.js";
import { layerNorm } from "../nn/layer-norm.js";
import { linear } from "../nn/linear.js";
import type { Params } from "../nn/params.js";
import { blockDrops, type Drop } from "./block-drops.js";
import { checkpointed } from "./checkpointed.js";
import type { Weighted } from "./family.js";
import type { ForwardOptions } from "./forward.js";
import { windowAttention } from "./window-attention.js";
import { mergeWindows, partitionWindows, windowGrid } from "./windows.js";

/** A Swin Transformer by its sizes. */
export interface SwinArchitecture {
	readonly family: "swin";
	/** Channels of the first stage; each later one doubles them. */
	readonly width: number;
	/** Blocks per stage: four stages for a feature pyramid. */
	readonly depths: readonly number[];
	/** Attention heads per stage. */
	readonly heads: readonly number[];
	/** Pixels on each side of a window. */
	readonly window: number;
	/** Hidden channels of a block's two linear layers, in multiples of its own. */
	readonly mlpRatio: number;
	/** Outputs of the classifier; 0 for none. */
	readonly classes: number;
	/**
	 * As mmdetection has it: a layer norm on each level, `norm0` ... `norm3`, instead of the classifier and
	 * its `norm`, and images padded to whole patches instead of cropped.
	 */
	readonly dense: boolean;
}

/** Pixels on each side of a patch. */
export const patchSize = 4;

type Image = tf.Tensor4D;

function mlp(params: Params, name: string, x: Image): Image {
	let out = linear(params, `${name}.fc1`, x); // [channels, mlpRatio * channels]
	out = gelu(out);
	return linear(params, `${name}.fc2`, out); // [mlpRatio * channels, channels]
}

interface Block {
	readonly heads: number;
	readonly window: number;
	readonly shifted: boolean;
	readonly drop: Drop;
}

function swinBlock(
	params: Params,
	name: string,
	x: Image,
	block: Block,
): Image {
	const { heads, drop } = block;
	const grid = windowGrid(x.shape, block);
	let out = layerNorm(params, `${name}.norm1`, x);
	let windows = partitionWindows(out, grid);
	windows = windowAttention(params, `${name}.attn`, windows, { heads, grid });
	out = mergeWindows(windows, grid);
	const middle: Image = tf.add(x, drop(out));

	out = layerNorm(params, `${name}.norm2`, middle);
	out = mlp(params, `${name}.mlp`, out);
	return tf.add(middle, drop(out));
}

/** Adds zeros at the bottom and right up to a multiple of `size`. */
function padTo(x: Image, size: number): Image {
	const [, height, width] = x.shape;
	const below = (size - (height % size)) % size;
	const right = (size - (width % size)) % size;
	if (below === 0 && right === 0) return x;
	return tf.pad(x, [
		[0, 0],
		[0, below],
		[0, right],
		[0, 0],
	]);
}

/** Makes each square of 2x2 pixels one, with four times the channels, then halves those. */
function patchMerging(params: Params, name: string, x: Image): Image {
	const padded = padTo(x, 2);
	const [batch, height, width, channels] = padded.shape;
	const rows = height / 2;
	const columns = width / 2;
	const squares = tf.reshape(padded, [batch, rows, 2, columns, 2, channels]);
	// Column by column: top left, bottom left, top right, bottom right.
	const merged = tf.transpose(squares, [0, 1, 3, 4, 2, 5]);
	let out: Image = tf.reshape(merged, [batch, rows, columns, 4 * channels]);
	out = layerNorm(params, `${name}.norm`, out);
	return linear(params, `${name}.reduction`, out); // [4 * channels, 2 * channels]
}

/** What the first stage sees: one normalized vector per patch of the images. */
export function swinStem(
	net: SwinArchitecture,
	params: Params,
	images: tf.Tensor4D,
): tf.Tensor4D {
	const whole = net.dense ? padTo(images, patchSize) : images;
	const x = conv2d(params, "patch_embed.proj", whole, { stride: patchSize }); // [4, 4, 3, width]
	return layerNorm(params, "patch_embed.norm", x);
}

/** The output of each stage before its patch merging, every one at twice the stride of the one before. */
export function swinStages(
	{ net, params }: Weighted<SwinArchitecture>,
	images: tf.Tensor4D,
	options: ForwardOptions = {},
): tf.Tensor4D[] {
	const nextDrop = blockDrops(net.depths, options.stochasticDepth);
	let x = checkpointed(params, images, {
		names: ["patch_embed."],
		of: (own, seen) => swinStem(net, own, seen),
		options,
	});
	return net.depths.map((count, stage) => {
		const merging = `layers.${stage - 1}.downsample`;
		const drops = Array.from({ length: count }, nextDrop);
		x = checkpointed(params, x, {
			names: [`${merging}.`, `layers.${stage}.blocks.`],
			of(own, seen) {
				let out = stage > 0 ? patchMerging(own, merging, seen) : seen;
				drops.forEach((drop, i) => {
					out = swinBlock(own, `layers.${stage}.blocks.${i}`, out, {
						heads: net.heads[stage] as number,
						window: net.window,
						shifted: i % 2 === 1,
						drop,
					});
				});
				return out;
			},
			options,
		});
		return net.dense ? layerNorm(params, `norm${stage}`, x) : x;
	});
}
