import type { Checks } from "../check/check-options.js";
import { flag, required } from "../check/checks.js";
import { globalAveragePool } from "../nn/global-average-pool.js";
import { blockIndex } from "./block-index.js";
import {
	type ConvNeXtArchitecture,
	convnextNorm,
	convnextStages,
} from "./convnext.js";
import { officialConvNeXtNames } from "./convnext-names.js";
import { convnextParams } from "./convnext-params.js";
import type { Family, LayerIndex } from "./family.js";
import { sizeChecks } from "./setting-checks.js";

const settings: Checks<Omit<ConvNeXtArchitecture, "family">> = {
	...sizeChecks,
	dense: required(flag),
};

const blocksPerLayer = 3;

/** The stage and block that a weight belongs to; a downsampling belongs to the first block of the stage behind it. */
function placeOf(name: string): { stage: number; block: number } | undefined {
	const [, kind, stage, block = 0] =
		/^(downsample_layers|stages)\.(\d+)(?:\.(\d+))?(?:\.|$)/.exec(name) ?? [];
	if (stage === undefined) return undefined;
	return { stage: Number(stage), block: kind === "stages" ? Number(block) : 0 };
}

const isStem = (name: string): boolean =>
	/^downsample_layers\.0(\.|$)/.test(name);

// Three blocks are one layer, twelve layers in ConvNeXt-S and -B: `get_num_layer_for_convnext` of the official
// optim_factory.py. ConvNeXt-T, which that leaves out, has six, as in the official detectors.
const layerIndex = ({ depths }: ConvNeXtArchitecture): LayerIndex =>
	blockIndex(
		depths.map((depth) => Math.ceil(depth / blocksPerLayer)),
		(name) => {
			if (isStem(name)) return "stem";
			const place = placeOf(name);
			if (place === undefined) return undefined;
			const { stage, block } = place;
			return { stage, block: Math.floor(block / blocksPerLayer) };
		},
	);

/** ConvNeXts, under the official names. */
export const convnext: Family<ConvNeXtArchitecture> = {
	name: "convnext",
	settings,
	params: convnextParams,
	head: () => "head",
	stages: convnextStages,
	features(model, images, options) {
		const { net, params } = model;
		if (net.dense)
			throw new Error(
				"a dense ConvNeXt has no norm before its classifier; make one with dense: false",
			);
		const [last] = convnextStages(model, images, options).slice(-1);
		return convnextNorm(params, globalAveragePool(last!));
	},
	pyramidChannels: ({ depths, width }) =>
		depths.length === 4 ? [width, 2 * width, 4 * width, 8 * width] : undefined,
	dense: (net) => ({ ...net, dense: true }),
	// A stage has the downsampling before it and the norm on its level.
	stageOf(name) {
		if (isStem(name)) return 0;
		const [, level] = /^norm(\d+)(?:\.|$)/.exec(name) ?? [];
		const stage = level === undefined ? placeOf(name)?.stage : Number(level);
		return stage === undefined ? undefined : stage + 1;
	},
	layerIndex,
	// `get_stage_id_for_convnext` of mmsegmentation, which counts from a head as far away as with blocks.
	stageIndex(net) {
		const { last } = layerIndex(net);
		return {
			last,
			of(name) {
				if (/^downsample_layers\./.test(name)) return 0;
				const stage = /^stages\./.test(name) ? placeOf(name)?.stage : undefined;
				return stage === undefined ? last : stage + 1;
			},
		};
	},
	// Layer scales go with the norms: what has one number a channel is not decayed.
	isNorm: (name) =>
		/(^|\.)norm\d*(\.|$)|\.gamma$/.test(name) ||
		/^downsample_layers\.(0\.1|[1-9]\d*\.0)(\.|$)/.test(name),
	renamed: officialConvNeXtNames,
	isUnused: (name, { dense }) => dense && /^(head|norm)\./.test(name),
};
