import type { Architecture } from "../backbones/architectures.js";
import {
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
} from "../backbones/groups.js";
import { list, oneOf } from "../check/checks.js";
import type { BatchNormMode } from "../nn/batch-norm.js";
import type { Params } from "../nn/params.js";
import { layerIndex } from "./layer-index.js";
import type { Recipe, Undecayed } from "./recipe.js";

/** Weights that are updated alike. */
export interface ParamGroup {
	readonly names: readonly string[];
	/** What the recipe's learning rate is multiplied by; 0 where only the schedule's minimum trains. */
	readonly multiplier: number;
	readonly weightDecay: number;
}

type GroupOf = Omit<ParamGroup, "names"> | undefined;

const kinds: Readonly<Record<Undecayed, NameFilter>> = {
	norms: isNorm,
	"named-norm": (name) => name.includes("norm"),
	biases: (name) => name.endsWith(".bias"),
	"position-tables": (name) =>
		isRelativePositionBias(name) || name.endsWith("absolute_pos_embed"),
};

/** The check of the kinds of weights that a recipe leaves without decay. */
export const noDecayCheck = list(oneOf(Object.keys(kinds)));

const hasMinimum = ({ schedule }: Recipe): boolean =>
	"minLearningRate" in schedule && schedule.minLearningRate > 0;

/** Of a backbone's weight in fixed-feature transfer. */
function whenFixed(name: string, recipe: Recipe): GroupOf {
	if (recipe.reading === "as-described") return undefined;
	if (isRelativePositionBias(name)) return { multiplier: 1, weightDecay: 0 };
	return hasMinimum(recipe) ? { multiplier: 0, weightDecay: 0 } : undefined;
}

function groupOf(
	name: string,
	{ family }: Architecture,
	{ recipe, multiplier }: { recipe: Recipe; multiplier: number },
): GroupOf {
	const { transfer, frozenStages, batchNorm, noDecay } = recipe;
	const frozen =
		isInFirstStages(frozenStages)(name) ||
		(batchNorm === "frozen" && family === "resnet" && isNorm(name));
	if (frozen) return undefined;
	if (transfer === "fixed-feature") return whenFixed(name, recipe);
	const isDecayed = !noDecay.some((kind) => kinds[kind](name));
	return { multiplier, weightDecay: isDecayed ? recipe.weightDecay : 0 };
}

/**
 * The weights that a recipe trains, in groups of one learning rate and one weight decay.
 *
 * `isHead` tells the task's own layers, which are trained in any case.
 */
export function paramGroups(
	params: Params,
	architecture: Architecture,
	{ recipe, isHead }: { readonly recipe: Recipe; readonly isHead: NameFilter },
): ParamGroup[] {
	const groups = new Map<string, ParamGroup & { names: string[] }>();
	const index = layerIndex(architecture);
	for (const [name, { trainable }] of Object.entries(params)) {
		if (!trainable) continue;
		const isDecayed = !recipe.noDecay.some((kind) => kinds[kind](name));
		const multiplier = recipe.layerDecay ** (index.last - index.of(name));
		const group = isHead(name)
			? { multiplier: 1, weightDecay: isDecayed ? recipe.weightDecay : 0 }
			: groupOf(name, architecture, { recipe, multiplier });
		if (!group) continue;
		const key = JSON.stringify(group);
		const known = groups.get(key) ?? { ...group, names: [] };
		known.names.push(name);
		groups.set(key, known);
	}
	return [...groups.values()];
}

/**
 * Which batch norms normalize by the batch, and which by the running statistics.
 *
 * `isHead` tells the layers of the task's own batch norms, which always normalize by the batch.
 */
export function batchNormModes(
	recipe: Recipe,
	isHead: NameFilter,
): (name: string) => BatchNormMode {
	const { transfer, reading, batchNorm, frozenStages } = recipe;
	const isFixed = transfer === "fixed-feature" && reading === "as-described";
	const isFrozen: NameFilter =
		isFixed || batchNorm !== "trained"
			? () => true
			: isInFirstStages(frozenStages);
	return (name) => (isHead(name) || !isFrozen(name) ? "train" : "eval");
}
