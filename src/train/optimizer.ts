import * as tf from "@tensorflow/tfjs";
import { flag, list, number, oneOfKinds, required } from "../check/checks.js";
import { shown } from "../check/shown.js";
import type { Params } from "../nn/params.js";
import { type Makers, makeOf } from "../own.js";
import { adamw } from "./adamw.js";
import { type Measuring, measuringOf, toZero } from "./measured.js";
import type {
	OptimizerRule,
	Slopes,
	UpdateAt,
	WeightBefore,
} from "./optimizer-rule.js";
import {
	assignWeight,
	stateOf,
	type Updated,
	type Weight,
	weightsOf,
} from "./optimizer-weight.js";
import { checkMade, orOwn } from "./own-check.js";
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
	/** What is measured of the weights, where the rule measures. */
	readonly measuring: Measuring | undefined;
	/** That of SGD, or the first beta of AdamW. */
	readonly momentum: number;
	/**
	 * The numbers of update `step`, from 1 on since slots were zero, with one learning rate for each group of weights.
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
	/** What is done after each update, where the rule has it; made to be compiled. */
	readonly heldOut:
		| {
				readonly every: number;
				project(numbers: StepNumbers, slopes?: Slopes): void;
		  }
		| undefined;
	dispose(): void;
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

/** The tensors of a step for the weights of one group: a list has one number for each. */
const figuresOf = (numbers: StepNumbers, group: number): StepNumbers =>
	Object.fromEntries(
		Object.entries(numbers).map(([what, number]) => [
			what,
			number.rank === 0 ? number : ofGroup(number, group),
		]),
	);

/** The rule that an optimizer of a recipe stands for; throws where one of one's own is none. */
export function optimizerRule(given: Recipe["optimizer"]): OptimizerRule {
	const rule = makeOf<OptimizerRule, Sgd | AdamW>(given, optimizers);
	checkMade(
		`the optimizer ${given.name}`,
		Array.isArray(rule?.slots) &&
			[rule.numbers, rule.update].every((part) => typeof part === "function"),
		"{ slots, numbers, update }: a list of names, and two functions",
	);
	return rule;
}

/** What is done with all weights together after an update. */
function afterwards(
	{ name, rule }: NamedRule,
	weights: readonly Weight[],
): Optimizer["heldOut"] {
	const { heldOut } = rule;
	return (
		heldOut && {
			every: heldOut.every,
			project(numbers, slopes) {
				const states = Object.fromEntries(
					weights.map((weight) => [weight.name, stateOf(name, weight)]),
				);
				const after = heldOut.project(states, numbers, slopes);
				for (const weight of weights) {
					const change = after[weight.name];
					if (change) assignWeight(name, weight, change);
				}
			},
		}
	);
}

/** What a rule measures of weights, and where it is kept; slots begin anew with it. */
function measuredOf(
	{ measured }: OptimizerRule,
	weights: readonly Weight[],
): { readonly places: Params; readonly measuring: Measuring | undefined } {
	if (!measured) return { places: {}, measuring: undefined };
	const of = new Map(weights.map((weight) => [weight.name, weight] as const));
	const { places, measuring } = measuringOf(measured, {
		weights: Object.fromEntries(
			weights.map(({ name, variable }) => [name, variable]),
		),
		factsOf: (name) => (of.get(name) as Weight).facts,
	});
	return {
		places,
		measuring: {
			...measuring,
			begin() {
				measuring.begin();
				toZero(weights.flatMap(({ slots }) => Object.values(slots)));
			},
		},
	};
}

/**
 * The optimizer of a recipe for groups of weights, with its slots at zero.
 *
 * The weights must be as they are before the first step, which a rule may remember. Those without a gradient stay as
 * they are, as in PyTorch.
 */
export function makeOptimizer(
	given: Recipe["optimizer"],
	params: Params,
	updated: Updated,
): Optimizer {
	const rule = optimizerRule(given);
	const named = { name: given.name, rule };
	const bare = weightsOf(params, updated, rule);
	const { places, measuring } = measuredOf(rule, bare);
	const weights = bare.map((weight) => ({
		...weight,
		measured: places[weight.name],
	}));
	const slots: Params = Object.fromEntries([
		...rule.slots.flatMap((slot) =>
			weights.flatMap(({ name, slots: { [slot]: own } }) =>
				own ? [[`${slot}/${name}`, own] as const] : [],
			),
		),
		...Object.entries(places).map(
			([name, place]) => [`measured/${name}`, place] as const,
		),
	]);
	const weightDecays = updated.groups.map(({ weightDecay }) => weightDecay);
	return {
		slots,
		measuring,
		momentum: rule.momentum ?? 0,
		numbers: (step, rates, momentum) =>
			numbersOf(named, { step, rates, momentum, weightDecays }),
		update(gradients, numbers) {
			for (const weight of weights) {
				const gradient = gradients[weight.name];
				if (!gradient) continue;
				const state = stateOf(given.name, weight);
				const before: WeightBefore = Object.assign(state, { gradient });
				const figures = figuresOf(numbers, weight.group);
				assignWeight(given.name, weight, rule.update(before, figures));
			}
		},
		heldOut: afterwards(named, weights),
		dispose: () =>
			tf.dispose(
				weights
					.flatMap(({ initial, slots }) => [
						...Object.values(slots),
						...(initial ? [initial] : []),
					])
					.concat(Object.values(places)),
			),
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
