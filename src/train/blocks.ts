import type { Architecture } from "../backbones/architectures.js";
import { paramsOf } from "../backbones/backbone.js";
import { familyOf } from "../backbones/families.js";
import type { NameFilter } from "../backbones/groups.js";
import { keyed, list, required, text } from "../check/checks.js";
import type { WeightRule } from "./weight-rules.js";

/** Weights by the block they belong to: `stem`, `layer1` and so on, the stages, or `head`, which is all behind them. */
export type BlockMatch =
	| { readonly blocks: readonly string[] }
	| { readonly allBut: readonly string[] };

/** Whether weights are chosen by their blocks. */
export const isBlockMatch = (match: unknown): match is BlockMatch =>
	typeof match === "object" &&
	match !== null &&
	("blocks" in match || "allBut" in match);

const names = required(list(text));

/** The checks of a choice by blocks. */
export const blockChecks = {
	blocks: keyed({ blocks: names }),
	allBut: keyed({ allBut: names }),
};

/** A network, and which of a task's weights are not of it. */
export interface Blocked {
	readonly net: Architecture;
	/** Tells the task's own layers by the names of their weights. */
	readonly isHead: NameFilter;
}

const nameOf = (stage: number | undefined): string =>
	stage === undefined ? "head" : stage === 0 ? "stem" : `layer${stage}`;

/** A filter of the weights of some blocks; throws where the network has no such block, or does not tell its stages. */
export function blockFilter(
	match: BlockMatch,
	{ net, isHead }: Blocked,
): NameFilter {
	const family = familyOf(net);
	if (!family.stageOf)
		throw new Error(
			`the blocks of a network of the family ${family.name} cannot be chosen, since it does not say to which stage a weight belongs: give it \`stageOf\`, or choose weights by their names`,
		);
	const blockOf = (name: string): string =>
		nameOf(isHead(name) ? undefined : family.stageOf?.(name, net));
	const there = new Set([...Object.keys(paramsOf(net)).map(blockOf), "head"]);
	const isAllBut = "allBut" in match;
	const asked = isAllBut ? match.allBut : match.blocks;
	const unknown = asked.filter((name) => !there.has(name));
	if (unknown.length > 0)
		throw new Error(
			`the recipe cannot be followed: the network has no block ${unknown.join(", ")}, but ${[...there].join(", ")}`,
		);
	return (name) => asked.includes(blockOf(name)) !== isAllBut;
}

/** Which weights are chosen, in words. */
export const blockText = (match: BlockMatch): string =>
	"allBut" in match
		? `all but ${match.allBut.join(", ")}`
		: match.blocks.join(", ");

/**
 * The rule that freezes all but some blocks, batch norms and their statistics included: `weights: trainOnly(["stem",
 * "layer1", "head"])`.
 *
 * Blocks are `stem`, `layer1` and so on, the stages of the network, and `head`: the task's own layers and norms behind
 * the stages. What else the recipe freezes stays frozen. Source: Lee et al., "Surgical fine-tuning improves adaptation to
 * distribution shifts", ICLR 2023, whose choices are `stem` with `layer1`, one of the other layers, or `head`.
 */
export function trainOnly(blocks: readonly string[]): readonly WeightRule[] {
	return [{ match: { allBut: blocks }, train: false }];
}
