import { conv2dParams } from "../nn/conv2d.js";
import { layerNormParams } from "../nn/layer-norm.js";
import { linearParams } from "../nn/linear.js";
import type { ParamSpecs } from "../nn/params.js";
import { patchSize, type SwinArchitecture } from "./swin.js";

const small = { deviation: 0.02 };
const linearFromSmall = (
	name: string,
	channels: readonly [inner: number, outer: number],
): ParamSpecs =>
	linearParams(name, channels, {
		initial: small,
		initialBias: { constant: 0 },
	});

const dimOf = ({ width }: SwinArchitecture, stage: number): number =>
	width * 2 ** stage;

function block(net: SwinArchitecture, stage: number, name: string): ParamSpecs {
	const { window, mlpRatio } = net;
	const heads = net.heads[stage] as number;
	const dim = dimOf(net, stage);
	const hidden = Math.floor(dim * mlpRatio);
	return {
		...layerNormParams(`${name}.norm1`, dim),
		[`${name}.attn.relative_position_bias_table`]: {
			shape: [(2 * window - 1) ** 2, heads],
			initial: small,
		},
		...linearFromSmall(`${name}.attn.qkv`, [dim, 3 * dim]),
		...linearFromSmall(`${name}.attn.proj`, [dim, dim]),
		...layerNormParams(`${name}.norm2`, dim),
		...linearFromSmall(`${name}.mlp.fc1`, [dim, hidden]),
		...linearFromSmall(`${name}.mlp.fc2`, [hidden, dim]),
	};
}

function downsample(name: string, dim: number): ParamSpecs {
	return {
		...linearParams(`${name}.reduction`, [4 * dim, 2 * dim], {
			bias: false,
			initial: small,
		}),
		...layerNormParams(`${name}.norm`, 4 * dim),
	};
}

/**
 * The weights of a Swin Transformer, in the order of the official state_dict.
 *
 * Linear layers and bias tables start normal with deviation 0.02 (the official truncation at 100
 * deviations never happens), the patch embedding as PyTorch's convolutions do.
 */
export function swinParams(net: SwinArchitecture): ParamSpecs {
	const last = net.depths.length - 1;
	const stages = net.depths.map((depth, stage) => {
		const blocks = Array.from({ length: depth }, (_, i) =>
			block(net, stage, `layers.${stage}.blocks.${i}`),
		);
		return Object.assign(
			{},
			...blocks,
			stage < last &&
				downsample(`layers.${stage}.downsample`, dimOf(net, stage)),
		) as ParamSpecs;
	});
	// A classifier's checkpoint has no norm on each level: they start anew, as in mmdetection.
	const norms = net.dense
		? net.depths.map((_, stage) =>
				layerNormParams(`norm${stage}`, dimOf(net, stage), { optional: true }),
			)
		: [layerNormParams("norm", dimOf(net, last))];
	const head = linearFromSmall("head", [dimOf(net, last), net.classes]);
	return Object.assign(
		conv2dParams("patch_embed.proj", [3, net.width], patchSize, { bias: true }),
		layerNormParams("patch_embed.norm", net.width),
		...stages,
		...norms,
		net.classes > 0 && !net.dense && head,
	) as ParamSpecs;
}
