import type { Checks } from "../check/check-options.js";
import { flag, list, number, required } from "../check/checks.js";
import { globalAveragePool } from "../nn/global-average-pool.js";
import { layerNorm } from "../nn/layer-norm.js";
import { blockIndex } from "./block-index.js";
import type { Family } from "./family.js";
import { count, sizeChecks } from "./setting-checks.js";
import { type SwinArchitecture, swinStages } from "./swin.js";
import { officialSwinNames } from "./swin-names.js";
import { swinParams } from "./swin-params.js";
import { swinTables } from "./swin-tables.js";

const settings: Checks<Omit<SwinArchitecture, "family">> = {
	...sizeChecks,
	heads: required(list(count)),
	window: required(count),
	mlpRatio: required(number({ above: 0 })),
	dense: required(flag),
};

/** Swin Transformers, under the official names. */
export const swin: Family<SwinArchitecture> = {
	name: "swin",
	settings,
	check({ heads, depths }) {
		if (heads.length !== depths.length)
			throw new Error(
				`a Swin Transformer needs heads for each stage, not heads ${heads} for depths ${depths}`,
			);
	},
	params: swinParams,
	head: () => "head",
	stages: swinStages,
	features(model, images, options) {
		const { net, params } = model;
		if (net.dense)
			throw new Error(
				"a dense Swin Transformer has no norm before its classifier; make one with dense: false",
			);
		const [last] = swinStages(model, images, options).slice(-1);
		return globalAveragePool(layerNorm(params, "norm", last!));
	},
	pyramidChannels: ({ depths, width }) =>
		depths.length === 4 ? [width, 2 * width, 4 * width, 8 * width] : undefined,
	dense: (net) => ({ ...net, dense: true }),
	// A stage has the patch merging behind it and the norm on its level.
	stageOf(name) {
		if (/^patch_embed(\.|$)/.test(name)) return 0;
		const [, stage] = /^(?:layers\.|norm)(\d+)(?:\.|$)/.exec(name) ?? [];
		return stage === undefined ? undefined : Number(stage) + 1;
	},
	// Patch mergings go with the block before, norms on levels with the head: `get_swin_layer` of microsoft/SimMIM.
	layerIndex: ({ depths }) =>
		blockIndex(depths, (name) => {
			if (name.startsWith("patch_embed.")) return "stem";
			const [, number, block] =
				/^layers\.(\d+)\.(?:blocks\.(\d+)|downsample)\./.exec(name) ?? [];
			if (number === undefined) return undefined;
			const stage = Number(number);
			const last = (depths[stage] as number) - 1;
			return { stage, block: block === undefined ? last : Number(block) };
		}),
	renamed: officialSwinNames,
	isUnused: (name, { dense }) => dense && /^(head|norm)\./.test(name),
	tables: swinTables,
};
