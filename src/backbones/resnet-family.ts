import type { Checks } from "../check/check-options.js";
import { oneOf, required } from "../check/checks.js";
import { blockIndex } from "./block-index.js";
import type { Family } from "./family.js";
import { type ResNetArchitecture, resnetStages } from "./resnet.js";
import { resnetHead, resnetParams } from "./resnet-params.js";
import { count, sizeChecks } from "./setting-checks.js";

const settings: Checks<Omit<ResNetArchitecture, "family">> = {
	variant: required(oneOf(["imagenet", "cifar"])),
	block: required(oneOf(["basic", "bottleneck"])),
	...sizeChecks,
	groups: count,
	widthPerGroup: count,
};

/** Throws, as torchvision does, where basic blocks are to be grouped or wide. */
function check({ block, groups, widthPerGroup }: ResNetArchitecture): void {
	if (block === "basic" && (groups ?? widthPerGroup) !== undefined)
		throw new Error(
			"only the bottleneck blocks of a ResNet have groups and widthPerGroup, not its basic ones",
		);
}

/** ResNets, their wide and grouped relatives, and the CIFAR variant, under torchvision's names. */
export const resnet: Family<ResNetArchitecture> = {
	name: "resnet",
	settings,
	check,
	params: resnetParams,
	head: resnetHead,
	stages: resnetStages,
	pyramidChannels({ variant, block, depths, width }) {
		if (variant === "cifar" || depths.length !== 4) return undefined;
		const first = width * (block === "bottleneck" ? 4 : 1);
		return [first, 2 * first, 4 * first, 8 * first];
	},
	stageOf(name) {
		if (/^(conv1|bn1)(\.|$)/.test(name)) return 0;
		const [, stage] = /^layer(\d+)(\.|$)/.exec(name) ?? [];
		return stage === undefined ? undefined : Number(stage);
	},
	// No source counts the blocks of a ResNet: they are counted as those of a Swin Transformer.
	layerIndex: ({ depths }) =>
		blockIndex(depths, (name) => {
			if (/^(conv1|bn1)\./.test(name)) return "stem";
			const [, stage, block] = /^layer(\d+)\.(\d+)\./.exec(name) ?? [];
			if (stage === undefined) return undefined;
			return { stage: Number(stage) - 1, block: Number(block) };
		}),
};
