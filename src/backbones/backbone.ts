import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, whole } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { globalAveragePool } from "../nn/global-average-pool.js";
import { layerNorm } from "../nn/layer-norm.js";
import { linear } from "../nn/linear.js";
import { type ParamSpecs, type Params, parameterCount } from "../nn/params.js";
import type { Architecture, ArchitectureName } from "./architectures.js";
import { type ForwardOptions, forwardChecks, type Pyramid } from "./forward.js";
import { resnetStages } from "./resnet.js";
import { resnetHead, resnetParams } from "./resnet-params.js";
import { resolveArchitecture } from "./resolve-architecture.js";
import {
	drawParams,
	exportParams,
	isDerived,
	loadParams,
} from "./state-dict.js";
import { swinStages } from "./swin.js";
import { officialSwinNames } from "./swin-names.js";
import { swinParams } from "./swin-params.js";
import { swinTables } from "./swin-tables.js";

/** A model with its weights. Images are `[batch, height, width, 3]`, RGB, normalized, of any size. */
export interface Backbone {
	/** What it was loaded as, such as `resnet50/prime`; not there where its weights came otherwise. */
	readonly name?: string;
	readonly architecture: Architecture;
	/** The weights, running statistics included; those are not trainable. */
	readonly params: Params;
	/** Feature maps at strides 4, 8, 16 and 32; throws where the architecture has other stages. */
	pyramid(images: tf.Tensor4D, options?: ForwardOptions): Pyramid;
	/** What the classifier sees: the last feature map, pooled to `[batch, channels]`. */
	features(images: tf.Tensor4D, options?: ForwardOptions): tf.Tensor2D;
	/** `[batch, classes]`; throws where the architecture has no classifier. */
	logits(images: tf.Tensor4D, options?: ForwardOptions): tf.Tensor2D;
	/** Frees the weights. */
	dispose(): void;
}

/** The weights of an architecture, in the order of its state_dict. */
export function paramsOf(
	net: Architecture,
	options: { readonly zeroInitResidual?: boolean } = {},
): ParamSpecs {
	return net.family === "resnet" ? resnetParams(net, options) : swinParams(net);
}

/** The name of the classifier of an architecture, one linear layer. */
export const headOf = (net: Architecture): string =>
	net.family === "resnet" ? resnetHead(net) : "head";

function isIgnored(net: Architecture, name: string): boolean {
	if (isDerived(name)) return true;
	const dense = net.family === "swin" && net.dense;
	const isHead = name.startsWith(`${headOf(net)}.`);
	return (
		(isHead && (net.classes === 0 || dense)) ||
		(dense && name.startsWith("norm."))
	);
}

function stages(
	net: Architecture,
	params: Params,
	images: tf.Tensor4D,
	options: ForwardOptions = {},
): tf.Tensor4D[] {
	checkOptions("a backbone", options, forwardChecks);
	return net.family === "resnet"
		? resnetStages(net, params, images, options)
		: swinStages(net, params, images, options);
}

/** The weights that a function of a backbone was made for. */
const madeFor = new WeakMap<object, Params>();

const functions = ["pyramid", "features", "logits"] as const;

/** Throws where a function of a backbone is not that of its architecture with its weights. */
export function checkBackbone(source: Backbone): void {
	const { architecture, params } = source;
	for (const name of functions)
		if (madeFor.get(source[name]) !== params)
			throw new TypeError(
				`the backbone's ${name} is not that of its architecture (${architecture.family}) with its weights, of which a run makes a copy: use a backbone as loadBackbone, backbone or untrainedBackbone gives it, or put what ${name} adds into the task's \`forward\``,
			);
}

function backboneOf(net: Architecture, params: Params): Backbone {
	const features: Backbone["features"] = (images, options) =>
		tf.tidy(() => {
			if (net.family === "swin" && net.dense) {
				throw new Error(
					"a dense Swin Transformer has no norm before its classifier; make one with dense: false",
				);
			}
			let x = stages(net, params, images, options).at(-1) as tf.Tensor4D;
			if (net.family === "swin") x = layerNorm(params, "norm", x);
			return globalAveragePool(x);
		});
	const made: Backbone = {
		architecture: net,
		params,
		features,
		pyramid: (images, options) => {
			if (
				net.depths.length !== 4 ||
				(net.family === "resnet" && net.variant === "cifar")
			) {
				throw new Error(
					`a pyramid has strides 4, 8, 16 and 32: only a network of four stages with an ImageNet stem has one, not ${JSON.stringify(net)}`,
				);
			}
			return tf.tidy(() => stages(net, params, images, options)) as Pyramid;
		},
		logits: (images, options) =>
			tf.tidy(() => {
				const head = headOf(net);
				if (!params[`${head}.weight`]) {
					throw new Error(`the backbone has no classifier "${head}"`);
				}
				return linear(params, head, features(images, options));
			}),
		dispose: () => tf.dispose(params),
	};
	for (const name of functions) madeFor.set(made[name], params);
	return made;
}

/**
 * Makes a backbone from a state_dict, in PyTorch's names and layout; the tensors are copied.
 *
 * A Swin Transformer may have the official names or mmdetection's. With `classes: 0`, or `dense: true`,
 * a classifier among the tensors is left out, and a dense Swin Transformer without norms on its levels
 * gets new ones. Throws one error that lists all other missing, extra and misshapen tensors.
 */
export function backbone(
	architecture: ArchitectureName | Architecture,
	tensors: NamedTensors,
): Backbone {
	const net = resolveArchitecture("backbone", architecture);
	const named = net.family === "swin" ? officialSwinNames(tensors) : tensors;
	const params = loadParams(paramsOf(net), named, {
		isIgnored: (name) => isIgnored(net, name),
	});
	return backboneOf(net, params);
}

/** What random weights are like. */
export interface UntrainedOptions {
	readonly seed?: number;
	/** Whether each residual block of a ResNet begins as the identity. */
	readonly zeroInitResidual?: boolean;
}

const checks: Checks<UntrainedOptions> = {
	seed: whole(),
	zeroInitResidual: flag,
};

/**
 * Makes a backbone with random weights, distributed as in torchvision; the same for the same seed.
 *
 * `zeroInitResidual` starts each residual block of a ResNet as the identity.
 */
export function untrainedBackbone(
	architecture: ArchitectureName | Architecture,
	options: UntrainedOptions = {},
): Backbone {
	checkOptions("untrainedBackbone", options, checks);
	const { seed = 0, zeroInitResidual = false } = options;
	const net = resolveArchitecture("untrainedBackbone", architecture);
	return backboneOf(net, drawParams(paramsOf(net, { zeroInitResidual }), seed));
}

/** The weights by their names in the state_dict, in PyTorch's layout, and nothing besides. */
export function weightsOf({ architecture, params }: Backbone): NamedTensors {
	return exportParams(paramsOf(architecture), params);
}

/** For which images a state_dict is. */
export interface ExportOptions {
	/**
	 * Pixels on each side, for the masks of a Swin Transformer's shifted windows; by default the size for which
	 * its windows were published, 32 times theirs: 224 where they are 7.
	 */
	readonly inputSize?: number;
}

/**
 * The weights as a state_dict that PyTorch loads strictly, those of a Swin Transformer into the official code,
 * whose names they have and whose tables (`relative_position_index`, `attn_mask`) are with them.
 *
 * `num_batches_tracked`, which PyTorch can do without, is not in it. Throws a `RangeError` for an `inputSize`
 * that the official code does not take.
 */
export function stateDictOf(
	backbone: Backbone,
	{ inputSize }: ExportOptions = {},
): NamedTensors {
	const { architecture: net } = backbone;
	const tables = net.family === "swin" ? swinTables(net, inputSize) : {};
	return { ...weightsOf(backbone), ...tables };
}

/** How many numbers training changes, as published for an architecture. */
export function parameterCountOf(
	architecture: ArchitectureName | Architecture,
): number {
	const net = resolveArchitecture("parameterCountOf", architecture);
	return parameterCount(paramsOf(net));
}
