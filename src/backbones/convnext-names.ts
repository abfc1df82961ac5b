import type { NamedTensor, NamedTensors } from "../checkpoint/tensor.js";
import { lastNorm } from "./last-norm.js";

type Renaming = readonly [
	pattern: RegExp,
	official: string | ((match: string, ...groups: string[]) => string),
];

const layers: Readonly<Record<string, string>> = {
	0: "dwconv",
	2: "norm",
	3: "pwconv1",
	5: "pwconv2",
};

// Stages and what stands between them take turns in torchvision: stem, stage, downsampling, stage, ...
const torchvision: readonly Renaming[] = [
	[
		/^features\.(\d+)\.(\d+)\.block\.([0235])\./,
		(_, at, i, layer) =>
			`stages.${(Number(at) - 1) / 2}.${i}.${layers[layer as string]}.`,
	],
	[
		/^features\.(\d+)\.(\d+)\.layer_scale$/,
		(_, at, i) => `stages.${(Number(at) - 1) / 2}.${i}.gamma`,
	],
	[
		/^features\.(\d+)\.([01])\./,
		(_, at, i) => `downsample_layers.${Number(at) / 2}.${i}.`,
	],
	[/^classifier\.0\./, "norm."],
	[/^classifier\.2\./, "head."],
];

const timm: readonly Renaming[] = [
	[/^stem\./, "downsample_layers.0."],
	[/^stages\.(\d+)\.downsample\./, "downsample_layers.$1."],
	[/^stages\.(\d+)\.blocks\./, "stages.$1."],
	[/\.conv_dw\./, ".dwconv."],
	[/\.mlp\.fc([12])\./, ".pwconv$1."],
	[/^head\.norm\./, "norm."],
	[/^head\.fc\./, "head."],
];

const openMmlab: readonly Renaming[] = [
	[/\.depthwise_conv\./, ".dwconv."],
	[/\.pointwise_conv([12])\./, ".pwconv$1."],
];

const renamings = [...torchvision, ...timm, ...openMmlab];

const officialName = (name: string): string =>
	renamings.reduce(
		(renamed, [pattern, official]) =>
			renamed.replace(pattern, official as string),
		name,
	);

/** Without the axes of length 1 that layer scales and pointwise convolutions have where channels come first. */
function squeezed(name: string, tensor: NamedTensor): NamedTensor {
	const rank = name.endsWith(".gamma")
		? 1
		: /\.pwconv\d\.weight$/.test(name)
			? 2
			: tensor.shape.length;
	const isLonger = tensor.shape.slice(rank).every((length) => length === 1);
	return isLonger ? { ...tensor, shape: tensor.shape.slice(0, rank) } : tensor;
}

/**
 * Renames the weights of a ConvNeXt from torchvision, timm or OpenMMLab to the official names.
 *
 * Weights under the official names keep them. Sources: torchvision 0.14 (models/convnext.py), timm 0.9
 * (models/convnext.py, `checkpoint_filter_fn`), mmclassification 0.25 (models/backbones/convnext.py).
 */
export function officialConvNeXtNames(tensors: NamedTensors): NamedTensors {
	const named = lastNorm(tensors);
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => {
			const official = named(officialName(name));
			return [official, squeezed(official, tensor)];
		}),
	);
}
