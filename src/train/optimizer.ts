import * as tf from "@tensorflow/tfjs";
import { flag, list, number, oneOfKinds, required } from "../check/checks.js";
import { shown } from "../check/shown.js";
import type { Params } from "../nn/params.js";
import { type Makers, makeOf } from "../own.js";
import { adamw } from "./adamw.js";
import type { OptimizerRule, UpdateAt } from "./optimizer-rule.js";
import { checkMade, orOwn } from "./own-check.js";
import type { ParamGroup } from "./param-groups.js";
import type { AdamW, Recipe, Sgd } from "./recipe.js";
import { sgd } from "./sgd.js";

/** Gradients, or the like, by the name of their weight. */
export type Gradients = Record<string, tf.Tensor>;

/** What an update is told anew at each step, as tensors, so that a compiled step stays the same. */
export type StepNumbers = Record<string, tf.Tensor>;

/** The part of training that turns gradients into changes of the weights. */
export interface Optimizer {
	/** What it remembers between steps, by `<what>/<name of the weight>`. */
	readonly slots: Params;
	/** That of SGD, or the first beta of AdamW. */
	readonly momentum: number;
	/**
	 * The numbers of update `step`, from 1 on, with one learning rate for each group of weights.
	 *
	 * A schedule may change the momentum.
	 */
	numbers(
		step: number,
		rates: readonly number[],
		momentum: number,
	): StepNumbers;
	/** Changes weights and slots; pure tensor operations, made to be compiled. */
	update(gradients: Gradients, numbers: StepNumbers): void;
}

interface Weight {
	readonly name: string;
	readonly variable: tf.Variable;
	readonly group: number;
	readonly weightDecay: number;
}

function weightsOf(params: Params, groups: readonly ParamGroup[]): Weight[] {
	return groups.flatMap(({ names, weightDecay }, group) =>
		names.map((name) => {
			const variable = params[name] as tf.Variable;
			return { name, variable, group, weightDecay };
		}),
	);
}

const ofGroup = (numbers: tf.Tensor, group: number): tf.Scalar =>
	tf.reshape(tf.slice(numbers, group, 1), []);

const optimizers: Makers<OptimizerRule, Sgd | AdamW> = { sgd, adamw };

/** What the built-in optimizers are called. */
export const optimizerNames: readonly string[] = Object.keys(optimizers);

/** The check of the optimizer of a recipe. */
export const optimizerCheck = orOwn(
	optimizerNames,
	oneOfKinds<Sgd | AdamW, "name">("name", {
		sgd: {
			momentum: required(number({ from: 0, below: 1 })),
			nesterov: required(flag),
		},
		adamw: {
			betas: required(list(number({ from: 0, below: 1 }), { length: 2 })),
			epsilon: required(number({ from: 0 })),
		},
	}),
);

/** An optimizer, and the name by which errors call it. */
interface NamedRule {
	readonly name: string;
	readonly rule: OptimizerRule;
}

/** The numbers of a step as tensors; throws, naming them, where a step cannot be made with them. */
function numbersOf({ name, rule }: NamedRule, at: UpdateAt): StepNumbers {
	const groups = at.rates.length;
	return Object.fromEntries(
		Object.entries(rule.numbers(at)).map(([what, value]) => {
			const isList = Array.isArray(value);
			const all: readonly number[] = isList ? value : [value];
			if (!all.every(Number.isFinite) || (isList && all.length !== groups))
				throw new RangeError(
					`the optimizer ${name} gives the numbers ${what} of step ${at.step} as ${shown(value)}: they must be a number, or a list of one for each of the ${groups} groups of weights`,
				);
			return [
				what,
				isList ? tf.tensor1d([...all]) : tf.scalar(value as number),
			];
		}),
	);
}

/** What a rule gives for a weight or a slot; throws where that is missing or of another shape. */
function checked(
	given: unknown,
	{ shape }: tf.Variable,
	{ optimizer, what }: { readonly optimizer: string; readonly what: string },
): tf.Tensor {
	const found = given instanceof tf.Tensor ? given.shape : undefined;
	if (!found || !tf.util.arraysEqual(found, shape))
		throw new TypeError(
			`the update of the optimizer ${optimizer} gives ${found ? `[${found.join(", ")}]` : "nothing"} as ${what}, not a tensor [${shape.join(", ")}]`,
		);
	// A slot may become what another one was.
	return given instanceof tf.Variable ? tf.clone(given) : (given as tf.Tensor);
}

/** Changes one weight and its slots. */
function updateWeight(
	{ name: optimizer, rule }: NamedRule,
	{ name, variable, group, weightDecay }: Weight,
	{
		gradient,
		slots,
		numbers,
	}: { gradient: tf.Tensor; slots: Params; numbers: StepNumbers },
): void {
	const kept = Object.fromEntries(
		rule.slots.map((slot) => [slot, slots[`${slot}/${name}`] as tf.Variable]),
	);
	const figures = Object.fromEntries(
		Object.entries(numbers).map(([what, number]) => [
			what,
			number.rank === 0 ? number : ofGroup(number, group),
		]),
	);
	const before = { value: variable, gradient, slots: kept, weightDecay };
	const after = rule.update(before, figures);
	const changes = [
		...Object.entries(kept).map(
			([slot, keeper]) => [slot, keeper, after.slots?.[slot]] as const,
		),
		["value", variable, after.value] as const,
	]
		.filter(([, keeper, given]) => given !== keeper)
		.map(([what, keeper, given]) => {
			const where = { optimizer, what: `${what} of ${name}` };
			return [keeper, checked(given, keeper, where)] as const;
		});
	for (const [keeper, tensor] of changes) keeper.assign(tensor);
}

/**
 * The optimizer of a recipe for groups of weights, with its slots at zero.
 *
 * Weights without a gradient stay as they are, as in PyTorch.
 */
export function makeOptimizer(
	given: Recipe["optimizer"],
	params: Params,
	groups: readonly ParamGroup[],
): Optimizer {
	const rule = makeOf<OptimizerRule, Sgd | AdamW>(given, optimizers);
	checkMade(
		`the optimizer ${given.name}`,
		Array.isArray(rule?.slots) &&
			[rule.numbers, rule.update].every((part) => typeof part === "function"),
		"{ slots, numbers, update }: a list of names, and two functions",
	);
	const named = { name: given.name, rule };
	const weights = weightsOf(params, groups);
	const slots: Params = Object.fromEntries(
		rule.slots.flatMap((slot) =>
			weights.map(({ name, variable }) => [
				`${slot}/${name}`,
				tf.tidy(() => tf.variable(tf.zeros(variable.shape), false)),
			]),
		),
	);
	const weightDecays = groups.map(({ weightDecay }) => weightDecay);
	return {
		slots,
		momentum: rule.momentum ?? 0,
		numbers: (step, rates, momentum) =>
			numbersOf(named, { step, rates, momentum, weightDecays }),
		update(gradients, numbers) {
			for (const weight of weights) {
				const gradient = gradients[weight.name];
				if (gradient) updateWeight(named, weight, { gradient, slots, numbers });
			}
		},
	};
}

/** Gradients scaled down together so that their norm is at most `largest`, as `clip_grad_norm_`. */
export function clipByNorm(gradients: Gradients, largest: number): Gradients {
	const squares = Object.values(gradients).map((gradient) =>
		tf.sum(tf.square(gradient)),
	);
	const norm = tf.sqrt(tf.addN(squares));
	const scale = tf.minimum(tf.div(largest, tf.add(norm, 1e-6)), 1);
	return Object.fromEntries(
		Object.entries(gradients).map(([name, gradient]) => [
			name,
			tf.mul(gradient, scale),
		]),
	);
}
