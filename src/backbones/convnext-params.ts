import { conv2dParams } from "../nn/conv2d.js";
import { layerNormParams } from "../nn/layer-norm.js";
import { linearParams } from "../nn/linear.js";
import type { ParamSpecs } from "../nn/params.js";
import type { ConvNeXtArchitecture } from "./convnext.js";

const layerScale = 1e-6;
const small = {
	initial: { deviation: 0.02 },
	initialBias: { constant: 0 },
} as const;

function block(name: string, dim: number): ParamSpecs {
	return {
		[`${name}.gamma`]: { shape: [dim], initial: { constant: layerScale } },
		...conv2dParams(`${name}.dwconv`, [dim, dim], 7, {
			bias: true,
			groups: dim,
			...small,
		}),
		...layerNormParams(`${name}.norm`, dim),
		...linearParams(`${name}.pwconv1`, [dim, 4 * dim], small),
		...linearParams(`${name}.pwconv2`, [4 * dim, dim], small),
	};
}

/**
 * The weights of a ConvNeXt, in the order of the official state_dict.
 *
 * Convolutions and linear layers start normal with deviation 0.02 (the official truncation at 100 deviations
 * never happens), layer scales at 1e-6.
 */
export function convnextParams(net: ConvNeXtArchitecture): ParamSpecs {
	const { width, depths, classes, dense } = net;
	const dims = depths.map((_, stage) => width * 2 ** stage);
	const last = dims.at(-1) as number;
	const convolution = { bias: true, ...small };
	const downsamples = dims.map((dim, stage) => {
		const name = `downsample_layers.${stage}`;
		return stage === 0
			? {
					...conv2dParams(`${name}.0`, [3, dim], 4, convolution),
					...layerNormParams(`${name}.1`, dim),
				}
			: {
					...layerNormParams(`${name}.0`, dim / 2),
					...conv2dParams(`${name}.1`, [dim / 2, dim], 2, convolution),
				};
	});
	const blocks = dims.flatMap((dim, stage) =>
		Array.from({ length: depths[stage] as number }, (_, i) =>
			block(`stages.${stage}.${i}`, dim),
		),
	);
	// A classifier's checkpoint has no norm on each level: they start anew, as in the official segmenters.
	const norms = dense
		? dims.map((dim, stage) =>
				layerNormParams(`norm${stage}`, dim, { optional: true }),
			)
		: [layerNormParams("norm", last)];
	return Object.assign(
		{},
		...downsamples,
		...blocks,
		...norms,
		classes > 0 && !dense && linearParams("head", [last, classes], small),
	) as ParamSpecs;
}
