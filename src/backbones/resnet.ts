/**
 * ResNet, layer by layer as in torchvision, with the stride of a bottleneck on its 3x3 convolution, and
 * the CIFAR variant of akamaster/pytorch_resnet_cifar10.
 *
 * https://github.com/pytorch/vision/blob/v0.14.1/torchvision/models/resnet.py
 * https://github.com/akamaster/pytorch_resnet_cifar10/blob/master/resnet.py
 */
import * as tf from "@tensorflow/tfjs";
import { batchNorm } from "../nn/batch-norm.js";
import { conv2d } from "../nn/conv2d.js";
import { maxPool } from "../nn/max-pool.js";
import type { Params } from "../nn/params.js";
import { checkpointed } from "./checkpointed.js";
import type { Weighted } from "./family.js";
import type { ForwardOptions } from "./forward.js";

/** A ResNet by its sizes. */
export interface ResNetArchitecture {
	readonly family: "resnet";
	/**
	 * `imagenet`: 7x7 stem with pooling, projected shortcuts, classifier `fc`; `cifar`: 3x3 stem, shortcuts
	 * filled up with zero channels (option A of the ResNet paper), classifier `linear`.
	 */
	readonly variant: "imagenet" | "cifar";
	readonly block: "basic" | "bottleneck";
	/** Blocks per stage: four stages for a feature pyramid. */
	readonly depths: readonly number[];
	/** Channels of the stem; each stage after the first doubles them. */
	readonly width: number;
	/** Outputs of the classifier; 0 for none. */
	readonly classes: number;
	/** Groups of the 3x3 convolution of a bottleneck: 32 in ResNeXt-50 32x4d; 1 by default. */
	readonly groups?: number;
	/** Channels of each group, for a width of 64, in the first stage: 4 in ResNeXt-50 32x4d; 64 by default. */
	readonly widthPerGroup?: number;
}

/** One residual block; its names are those of torchvision's `_make_layer`. */
export interface ResNetBlock {
	readonly name: string;
	readonly inplanes: number;
	/** Channels of the 3x3 convolutions. */
	readonly planes: number;
	readonly groups: number;
	readonly outplanes: number;
	readonly stride: number;
	/** Whether the shortcut changes its size. */
	readonly downsample: boolean;
}

/** The blocks of each stage, in order. */
export function resnetBlocks(net: ResNetArchitecture): ResNetBlock[][] {
	const { groups = 1, widthPerGroup = 64 } = net;
	const expansion = net.block === "bottleneck" ? 4 : 1;
	let inplanes = net.width;
	return net.depths.map((depth, stage) =>
		Array.from({ length: depth }, (_, i) => {
			const name = `layer${stage + 1}.${i}`;
			const width = net.width * 2 ** stage;
			const planes = Math.floor(width * (widthPerGroup / 64)) * groups;
			const outplanes = width * expansion;
			const stride = stage > 0 && i === 0 ? 2 : 1;
			const downsample = stride !== 1 || inplanes !== outplanes;
			const channels = { inplanes, planes, groups, outplanes };
			inplanes = outplanes;
			return { name, ...channels, stride, downsample };
		}),
	);
}

type Image = tf.Tensor4D;

/** The layers of a network by name, with its weights and options filled in. */
function layers(params: Params, { batchNorm: mode }: ForwardOptions) {
	return {
		conv: (name: string, x: Image, options = {}): Image =>
			conv2d(params, name, x, options),
		norm: (name: string, x: Image): Image =>
			batchNorm(params, name, x, { mode }),
	};
}

type Layers = ReturnType<typeof layers>;

function basicBlock({ conv, norm }: Layers, block: ResNetBlock, x: Image) {
	const { name, stride } = block;
	let out = conv(`${name}.conv1`, x, { stride, pad: 1 }); // [3, 3, inplanes, planes]
	out = norm(`${name}.bn1`, out);
	out = tf.relu(out);

	out = conv(`${name}.conv2`, out, { pad: 1 }); // [3, 3, planes, planes]
	return norm(`${name}.bn2`, out);
}

function bottleneck({ conv, norm }: Layers, block: ResNetBlock, x: Image) {
	const { name, stride } = block;
	let out = conv(`${name}.conv1`, x); // [1, 1, inplanes, planes]
	out = norm(`${name}.bn1`, out);
	out = tf.relu(out);

	out = conv(`${name}.conv2`, out, { stride, pad: 1 }); // [3, 3, planes / groups, planes]
	out = norm(`${name}.bn2`, out);
	out = tf.relu(out);

	out = conv(`${name}.conv3`, out); // [1, 1, planes, outplanes]
	return norm(`${name}.bn3`, out);
}

function projectedShortcut(
	{ conv, norm }: Layers,
	{ name, stride }: ResNetBlock,
	x: Image,
): Image {
	const out = conv(`${name}.downsample.0`, x, { stride }); // [1, 1, inplanes, outplanes]
	return norm(`${name}.downsample.1`, out);
}

/** Option A: every second pixel, and as many zero channels before as after. */
function paddedShortcut(
	{ inplanes, outplanes, stride }: ResNetBlock,
	x: Image,
): Image {
	const pixels = maxPool(x, { size: 1, stride });
	const before = Math.floor((outplanes - inplanes) / 2);
	const after = outplanes - inplanes - before;
	return tf.pad(pixels, [
		[0, 0],
		[0, 0],
		[0, 0],
		[before, after],
	]);
}

/** What the first stage sees: at stride 4, or 1 in the CIFAR variant. */
export function resnetStem(
	net: ResNetArchitecture,
	params: Params,
	images: tf.Tensor4D,
	options: ForwardOptions = {},
): tf.Tensor4D {
	const { conv, norm } = layers(params, options);
	const cifar = net.variant === "cifar";
	const geometry = cifar ? { pad: 1 } : { stride: 2, pad: 3 };
	let x = conv("conv1", images, geometry); // [7, 7, 3, 64]
	x = norm("bn1", x);
	x = tf.relu(x);
	return cifar ? x : maxPool(x, { size: 3, stride: 2, pad: 1 });
}

function stage(
	net: ResNetArchitecture,
	named: Layers,
	blocks: readonly ResNetBlock[],
	x: Image,
): Image {
	const branch = net.block === "basic" ? basicBlock : bottleneck;
	const shortcut = (block: ResNetBlock, x: Image): Image =>
		net.variant === "cifar"
			? paddedShortcut(block, x)
			: projectedShortcut(named, block, x);
	let made = x;
	for (const block of blocks) {
		const out = branch(named, block, made);
		const identity = block.downsample ? shortcut(block, made) : made;
		made = tf.relu(tf.add(out, identity));
	}
	return made;
}

/** The output of each stage, every one at twice the stride of the one before. */
export function resnetStages(
	{ net, params }: Weighted<ResNetArchitecture>,
	images: tf.Tensor4D,
	options: ForwardOptions = {},
): tf.Tensor4D[] {
	let x = checkpointed(params, images, {
		names: ["conv1.", "bn1."],
		of: (own, seen) => resnetStem(net, own, seen, options),
		options,
	});
	return resnetBlocks(net).map((blocks, i) => {
		x = checkpointed(params, x, {
			names: [`layer${i + 1}.`],
			of: (own, seen) => stage(net, layers(own, options), blocks, seen),
			options,
		});
		return x;
	});
}
