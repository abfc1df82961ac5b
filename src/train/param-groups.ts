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

const kinds: Readonly<Record<Undecayed, (net: Architecture) => NameFilter>> = {
	norms: isNorm,
	"named-norm": () => (name) => name.includes("norm"),
	biases: () => (name) => name.endsWith(".bias"),
	"position-tables": () => (name) =>
		isRelativePositionBias(name) || name.endsWith("absolute_pos_embed"),
};

const isBatchNormOf =
	(params: Params): NameFilter =>
	(name) =>
		Object.hasOwn(params, name.replace(/[^.]+$/, "running_mean"));

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

/** The group of a weight of the backbone, of which its name alone says what is known. */
function groupOf(
	name: string,
	group: NonNullable<GroupOf>,
	{ recipe, isFrozen }: { recipe: Recipe; isFrozen: NameFilter },
): GroupOf {
	if (isFrozen(name)) return undefined;
	return recipe.transfer === "fixed-feature" ? whenFixed(name, recipe) : group;
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
	const { frozenStages, batchNorm, noDecay, layerDecay } = recipe;
	const isFirst = isInFirstStages(architecture, frozenStages);
	const isBatchNorm = isBatchNormOf(params);
	const isFrozen: NameFilter = (name) =>
		isFirst(name) || (batchNorm === "frozen" && isBatchNorm(name));
	const undecayed = noDecay.map((kind) => kinds[kind](architecture));
	const index = layerDecay === 1 ? undefined : layerIndex(architecture);
	for (const [name, { trainable }] of Object.entries(params)) {
		if (!trainable) continue;
		const isDecayed = !undecayed.some((isOfKind) => isOfKind(name));
		const weightDecay = isDecayed ? recipe.weightDecay : 0;
		const multiplier = index ? layerDecay ** (index.last - index.of(name)) : 1;
		const group = isHead(name)
			? { multiplier: 1, weightDecay }
			: groupOf(name, { multiplier, weightDecay }, { recipe, isFrozen });
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
	architecture: Architecture,
	isHead: NameFilter,
): (name: string) => BatchNormMode {
	const { transfer, reading, batchNorm, frozenStages } = recipe;
	const isFixed = transfer === "fixed-feature" && reading === "as-described";
	const isFrozen: NameFilter =
		isFixed || batchNorm !== "trained"
			? () => true
			: isInFirstStages(architecture, frozenStages);
	return (name) => (isHead(name) || !isFrozen(name) ? "train" : "eval");
}
