import { gather } from "../checkpoint/strided.js";
import {
	elementCount,
	type NamedTensor,
	type NamedTensors,
} from "../checkpoint/tensor.js";
import { lastNorm } from "./last-norm.js";

const renamings: readonly (readonly [RegExp, string])[] = [
	[/^stages\./, "layers."],
	[/\.attn\.w_msa\./, ".attn."],
	[/\.ffn\.layers\.0\.0\./, ".mlp.fc1."],
	[/\.ffn\.layers\.1\./, ".mlp.fc2."],
	[/^patch_embed\.projection\./, "patch_embed.proj."],
	[/^head\.fc\./, "head."],
];

const officialName = (name: string): string =>
	renamings.reduce((renamed, [from, to]) => renamed.replace(from, to), name);

/** Last axis from channel by channel, four pixels each, to pixel by pixel, all channels each. */
function pixelByPixel(tensor: NamedTensor): NamedTensor {
	const { dtype, shape, data } = tensor;
	const length = shape.at(-1) ?? 0;
	// No weight of a patch merging: the model it is given to will say so.
	if (length % 4 !== 0) return tensor;
	const rows = elementCount(shape.slice(0, -1));
	// Of the 2x2 pixels, the official code goes down the columns, mmdetection along the rows.
	const moved = gather(dtype, data, {
		shape: [rows, 2, 2, length / 4],
		stride: [length, 1, 2, 4],
		offset: 0,
	});
	return { dtype, shape, data: moved };
}

/**
 * Renames the weights of a Swin Transformer from mmdetection, mmsegmentation or mmclassification to the
 * official names, and reorders the channels of its patch merging, which those sort by channel first.
 *
 * Names must have lost their `backbone.` prefix. Weights under the official names are returned as they are.
 * Source: `swin_converter` in mmdetection (mmdet/models/backbones/swin.py), turned around.
 */
export function officialSwinNames(tensors: NamedTensors): NamedTensors {
	const names = Object.keys(tensors);
	if (!names.some((name) => name.startsWith("stages."))) return tensors;
	const named = lastNorm(tensors);
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => {
			const official = named(officialName(name));
			const isMerging = /\.downsample\.(norm|reduction)\./.test(name);
			return [official, isMerging ? pixelByPixel(tensor) : tensor];
		}),
	);
}
