import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, whole } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { recomputations } from "../engine/recompute.js";
import { globalAveragePool } from "../nn/global-average-pool.js";
import { linear } from "../nn/linear.js";
import { type ParamSpecs, type Params, parameterCount } from "../nn/params.js";
import type { Architecture, ArchitectureName } from "./architectures.js";
import { familyOf } from "./families.js";
import type { Family, InitialOptions } from "./family.js";
import { type ForwardOptions, forwardChecks, type Pyramid } from "./forward.js";
import { isHead } from "./groups.js";
import { pyramidChannels } from "./pyramid-channels.js";
import { resolveArchitecture } from "./resolve-architecture.js";
import {
	drawParams,
	exportParams,
	isDerived,
	loadParams,
} from "./state-dict.js";

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
export const paramsOf = (
	net: Architecture,
	options: InitialOptions = {},
): ParamSpecs => familyOf(net).params(net, options);

/** The name of the classifier of an architecture, one linear layer. */
export const headOf = (net: Architecture): string => familyOf(net).head(net);

/** An architecture without its classifier, as a task has it; where feature maps are used, in its dense form. */
export function headless(
	net: Architecture,
	uses: "features" | "pyramid" = "features",
): Architecture {
	const family = familyOf(net);
	const whole = uses === "pyramid" ? (family.dense?.(net) ?? net) : net;
	return { ...(whole as Architecture), classes: 0 };
}

function isIgnored(net: Architecture, name: string): boolean {
	if (isDerived(name) || familyOf(net).isUnused?.(name, net)) return true;
	return net.classes === 0 && isHead(net)(name);
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
				`the backbone's ${name} is not that of its architecture (${familyOf(architecture).name}) with its weights, of which a run makes a copy: use a backbone as loadBackbone, backbone or untrainedBackbone gives it, or put what ${name} adds into the task's \`forward\``,
			);
}

/** Throws where a family's feature maps are not what it says. */
function checkPyramid(
	net: Architecture,
	maps: readonly tf.Tensor[],
	[, height, width]: readonly [number, number, number, number],
): void {
	const channels = pyramidChannels(net);
	const fits = ({ shape }: tf.Tensor, level: number): boolean => {
		const stride = 4 * 2 ** level;
		const isNear = (length: number | undefined, whole: number): boolean =>
			Math.abs((length ?? 0) * stride - whole) < stride;
		const [, down, across, depth] = shape;
		return (
			isNear(down, height) &&
			isNear(across, width) &&
			depth === channels[level] &&
			shape.length === 4
		);
	};
	if (maps.length === 4 && maps.every(fits)) return;
	throw new Error(
		`the family ${familyOf(net).name} makes feature maps ${maps.map(({ shape }) => `[${shape}]`).join(", ")} of images of ${height} x ${width} pixels, not four of ${channels.join(", ")} channels at strides 4, 8, 16 and 32, as its pyramidChannels says`,
	);
}

/** Throws where stages are to be computed again, and the family has none that are. */
function heeding<Result>(
	{ name }: Pick<Family, "name">,
	{ checkpointing }: ForwardOptions,
	compute: () => Result,
): Result {
	const before = recomputations();
	const made = compute();
	if (checkpointing && recomputations() === before)
		throw new Error(
			`the family ${name} does not heed checkpointing: let each of its stages be computed by checkpointed(), or leave checkpointing out`,
		);
	return made;
}

/** A backbone that computes with given weights, which it does not copy. */
export function backboneOf(net: Architecture, params: Params): Backbone {
	const family = familyOf(net);
	const model = { net, params };
	const features: Backbone["features"] = (images, options = {}) =>
		tf.tidy(() => {
			checkOptions("a backbone", options, forwardChecks);
			return heeding(family, options, () => {
				if (family.features) return family.features(model, images, options);
				const maps = family.stages(model, images, options);
				return globalAveragePool(maps.at(-1) as tf.Tensor4D);
			});
		});
	const made: Backbone = {
		architecture: net,
		params,
		features,
		pyramid: (images, options = {}) =>
			tf.tidy(() => {
				checkOptions("a backbone", options, forwardChecks);
				pyramidChannels(net);
				const maps = heeding(family, options, () =>
					family.stages(model, images, options),
				);
				checkPyramid(net, maps, images.shape);
				return maps as Pyramid;
			}),
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
 * The names are those of the architecture's family, or others that it knows: of a Swin Transformer mmdetection's,
 * of a ConvNeXt torchvision's and timm's. With `classes: 0`, or `dense: true`, a classifier among the tensors is
 * left out, and a dense network without norms on its levels gets new ones. Throws one error that lists all other missing, extra and misshapen tensors.
 */
export function backbone(
	architecture: ArchitectureName | Architecture,
	tensors: NamedTensors,
): Backbone {
	const net = resolveArchitecture("backbone", architecture);
	const named = familyOf(net).renamed?.(tensors, net) ?? tensors;
	const params = loadParams(paramsOf(net), named, {
		isIgnored: (name) => isIgnored(net, name),
	});
	return backboneOf(net, params);
}

/** What random weights are like. */
export interface UntrainedOptions extends InitialOptions {
	readonly seed?: number;
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
	const tables = familyOf(net).tables?.(net, inputSize) ?? {};
	return { ...weightsOf(backbone), ...tables };
}

/** How many numbers training changes, as published for an architecture. */
export function parameterCountOf(
	architecture: ArchitectureName | Architecture,
): number {
	const net = resolveArchitecture("parameterCountOf", architecture);
	return parameterCount(paramsOf(net));
}
