import {
	type NamedTensor,
	type NamedTensors,
	viewAs,
} from "../checkpoint/tensor.js";

// A 2x2 square, top left first: the official code goes column by column, mmdetection row by row.
const pixelOrder = [0, 2, 1, 3];

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
function pixelByPixel({ dtype, shape, data }: NamedTensor): NamedTensor {
	const length = shape.at(-1) as number;
	const channels = length / 4;
	const bytes = new ArrayBuffer(data.byteLength);
	const moved = viewAs(dtype, bytes);
	for (let row = 0; row < data.length; row += length) {
		for (let pixel = 0; pixel < 4; pixel++) {
			for (let c = 0; c < channels; c++) {
				const from = row + 4 * c + (pixelOrder[pixel] as number);
				moved[row + pixel * channels + c] = data[from] as number & bigint;
			}
		}
	}
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
	// mmclassification calls the classifier's norm by its stage, and has no other.
	const isClassifier =
		names.includes("norm3.weight") && !names.includes("norm0.weight");
	return Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => {
			const renamed = officialName(name);
			const official = isClassifier
				? renamed.replace(/^norm3\./, "norm.")
				: renamed;
			const isMerging = /\.downsample\.(norm|reduction)\./.test(name);
			return [official, isMerging ? pixelByPixel(tensor) : tensor];
		}),
	);
}
