import type { Architecture } from "../backbones/architectures.js";
import { paramsOf } from "../backbones/backbone.js";
import {
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
	trainableParams,
} from "../backbones/groups.js";
import { list, oneOf } from "../check/checks.js";
import type { BatchNormMode } from "../nn/batch-norm.js";
import type { Params } from "../nn/params.js";
import { layerScales } from "./layer-decay.js";
import type { Recipe, Undecayed } from "./recipe.js";
import { checkWeightRules, type SaidOf, weightRules } from "./weight-rules.js";

/** Weights that are updated alike. */
export interface ParamGroup {
	readonly names: readonly string[];
	/** What the recipe's learning rate is multiplied by; 0 where only the schedule's minimum trains. */
	readonly multiplier: number;
	/** What the scheduled learning rate is multiplied by, a minimum with it; 1 where left out. */
	readonly scale?: number;
	readonly weightDecay: number;
}

type ParamGroupValues = Omit<ParamGroup, "names">;
type GroupOf = ParamGroupValues | undefined;

/** Weights that can be trained, by name, in either order of axes. */
export type Shapes = Readonly<
	Record<string, { readonly shape: readonly number[] }>
>;

const kinds: Readonly<
	Record<Undecayed, (net: Architecture, weights: Shapes) => NameFilter>
> = {
	norms: isNorm,
	"named-norm": () => (name) => name.includes("norm"),
	biases: () => (name) => name.endsWith(".bias"),
	"position-tables": () => (name) =>
		isRelativePositionBias(name) || name.endsWith("absolute_pos_embed"),
	"one-dimensional": (_, weights) => (name) =>
		(weights[name]?.shape.length ?? 0) <= 1,
};

const isBatchNormOf =
	(params: Readonly<Record<string, unknown>>): NameFilter =>
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

/** Of a backbone's weight, `usual` where nothing freezes it. */
function groupOf(
	name: string,
	usual: ParamGroupValues,
	{ recipe, isFrozen }: { recipe: Recipe; isFrozen: NameFilter },
): GroupOf {
	if (isFrozen(name)) return undefined;
	return recipe.transfer === "fixed-feature" ? whenFixed(name, recipe) : usual;
}

/** The group of a weight, `usual` where it is trained as any other, after what the recipe says of its name. */
function ruled(
	group: GroupOf,
	{ train, rate = 1, decay }: ReturnType<SaidOf>,
	{ recipe, usual }: { recipe: Recipe; usual: ParamGroupValues },
): GroupOf {
	const found = train === true ? usual : group;
	if (!found || train === false) return undefined;
	const weightDecay =
		decay === true ? recipe.weightDecay : decay === false ? 0 : decay;
	return {
		...found,
		multiplier: found.multiplier * rate,
		weightDecay: weightDecay ?? found.weightDecay,
	};
}

interface Grouping {
	readonly recipe: Recipe;
	/** Tells the task's own layers. */
	readonly isHead: NameFilter;
}

/** As `paramGroups`, of all weights that can be trained. */
export function groupsOfWeights(
	weights: Shapes,
	architecture: Architecture,
	{ recipe, isHead }: Grouping,
): ParamGroup[] {
	const names = Object.keys(weights);
	const groups = new Map<string, ParamGroup & { names: string[] }>();
	const { frozenStages, batchNorm, noDecay, layerDecay } = recipe;
	const isFirst = isInFirstStages(architecture, frozenStages);
	const isBatchNorm = isBatchNormOf(paramsOf(architecture));
	const isFrozen: NameFilter = (name) =>
		isFirst(name) || (batchNorm === "frozen" && isBatchNorm(name));
	const undecayed = noDecay.map((kind) => kinds[kind](architecture, weights));
	const scaleOf = layerScales(architecture, layerDecay);
	const decayedRate = (name: string): Omit<ParamGroupValues, "weightDecay"> => {
		const scale = isHead(name) ? 1 : scaleOf(name);
		return typeof layerDecay === "number" || scale === 1
			? { multiplier: scale }
			: { multiplier: 1, scale };
	};
	const blocked = { net: architecture, isHead };
	const said = weightRules(recipe.weights, blocked);
	checkWeightRules(recipe.weights, names, blocked);
	for (const name of names) {
		const isDecayed = !undecayed.some((isOfKind) => isOfKind(name));
		const weightDecay = isDecayed ? recipe.weightDecay : 0;
		const usual = { ...decayedRate(name), weightDecay };
		const before = isHead(name)
			? usual
			: groupOf(name, usual, { recipe, isFrozen });
		const group = ruled(before, said(name), { recipe, usual });
		if (!group) continue;
		const key = JSON.stringify(group);
		const known = groups.get(key) ?? { ...group, names: [] };
		known.names.push(name);
		groups.set(key, known);
	}
	if (groups.size === 0)
		throw new Error(
			"the recipe cannot be followed: it leaves no weight to train",
		);
	return [...groups.values()];
}

/**
 * The weights that a recipe trains, in groups of one learning rate and one weight decay.
 *
 * `isHead` tells the task's own layers, which are trained unless a rule about their names freezes them. Throws where a
 * rule is about no weight, or nothing is trained.
 */
export function paramGroups(
	params: Params,
	architecture: Architecture,
	grouping: Grouping,
): ParamGroup[] {
	return groupsOfWeights(trainableParams(params), architecture, grouping);
}

/**
 * Which batch norms normalize by the batch, and which by the running statistics.
 *
 * `isHead` tells the layers of the task's own batch norms, which always normalize by the batch, unless a rule about
 * names freezes weight and bias of one; where rules train a batch norm, `batchNorm` alone says how it normalizes.
 */
export function batchNormModes(
	recipe: Recipe,
	architecture: Architecture,
	isHead: NameFilter,
): (name: string) => BatchNormMode {
	const { transfer, reading, batchNorm, frozenStages, weights } = recipe;
	const isFixed = transfer === "fixed-feature" && reading === "as-described";
	const isFrozen: NameFilter =
		isFixed || batchNorm !== "trained"
			? () => true
			: isInFirstStages(architecture, frozenStages);
	const usual = (name: string): BatchNormMode =>
		isHead(name) || !isFrozen(name) ? "train" : "eval";
	if (!weights) return usual;
	const said = weightRules(weights, {
		net: architecture,
		isHead: (weight) => isHead(weight.replace(/\.[^.]+$/, "")),
	});
	return (name) => {
		const trained = ["weight", "bias"].map(
			(part) => said(`${name}.${part}`).train,
		);
		if (trained.every((train) => train === false)) return "eval";
		const isThawed = trained.includes(true) && batchNorm === "trained";
		return isThawed ? "train" : usual(name);
	};
}
