import * as tf from "@tensorflow/tfjs";
import { flag, list, number, oneOfKinds, required } from "../check/checks.js";
import { shown } from "../check/shown.js";
import type { Params } from "../nn/params.js";
import { type Makers, makeOf } from "../own.js";
import type { OptimizerRule, UpdateAt, WeightAfter } from "./optimizer-rule.js";
import { orOwn } from "./own-check.js";
import type { ParamGroup } from "./param-groups.js";
import type { AdamW, Recipe, Sgd } from "./recipe.js";

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

function sgd({
	momentum,
	nesterov,
}: Sgd): OptimizerRule<"momentum", "rates" | "momentum"> {
	return {
		slots: ["momentum"],
		momentum,
		numbers: ({ rates, momentum }) => ({ rates, momentum }),
		update({ value, slots, weightDecay, ...given }, { rates, momentum }) {
			const gradient =
				weightDecay === 0
					? given.gradient
					: tf.add(given.gradient, tf.mul(value, weightDecay));
			const velocity = tf.add(tf.mul(slots.momentum, momentum), gradient);
			const step = nesterov
				? tf.add(gradient, tf.mul(velocity, momentum))
				: velocity;
			return {
				value: tf.sub(value, tf.mul(step, rates)),
				slots: { momentum: velocity },
			};
		},
	};
}

function adamw({
	betas: [firstBeta, beta2],
	epsilon,
}: AdamW): OptimizerRule<
	"mean" | "square",
	"rates" | "kept" | "beta1" | "gain1" | "correction"
> {
	return {
		slots: ["mean", "square"],
		momentum: firstBeta,
		numbers: ({ step, rates, momentum: beta1, weightDecays }) => ({
			rates: rates.map((rate) => rate / (1 - beta1 ** step)),
			kept: rates.map((rate, i) => 1 - rate * (weightDecays[i] as number)),
			beta1,
			gain1: 1 - beta1,
			correction: Math.sqrt(1 - beta2 ** step),
		}),
		update(
			{ value, gradient, slots },
			{ rates, kept, beta1, gain1, correction },
		) {
			const mean = tf.add(tf.mul(slots.mean, beta1), tf.mul(gradient, gain1));
			const square = tf.add(
				tf.mul(slots.square, beta2),
				tf.mul(tf.square(gradient), 1 - beta2),
			);
			const size = tf.add(tf.div(tf.sqrt(square), correction), epsilon);
			const step = tf.mul(tf.div(mean, size), rates);
			return {
				value: tf.sub(tf.mul(value, kept), step),
				slots: { mean, square },
			};
		},
	};
}

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

function numbersOf(
	{ name, rule }: { readonly name: string; readonly rule: OptimizerRule },
	at: UpdateAt,
): StepNumbers {
	const numbers = Object.entries(rule.numbers(at));
	for (const [what, value] of numbers) {
		const isList = Array.isArray(value);
		const all: readonly number[] = isList ? value : [value];
		const isRight =
			all.every(Number.isFinite) && (!isList || all.length === at.rates.length);
		if (!isRight)
			throw new RangeError(
				`the optimizer ${name} gives the numbers ${what} of step ${at.step} as ${shown(value)}: they must be a number, or a list of one for each of the ${at.rates.length} groups of weights`,
			);
	}
	return Object.fromEntries(
		numbers.map(([what, value]) => [
			what,
			typeof value === "number" ? tf.scalar(value) : tf.tensor1d([...value]),
		]),
	);
}

/** The tensors that a rule gives for a weight; throws where one is missing or of another shape. */
function changed(
	{ value, slots }: WeightAfter,
	{ name, variable }: Weight,
	{ optimizer, kept }: { optimizer: string; kept: Readonly<Params> },
): [tf.Variable, tf.Tensor][] {
	const pairs = [
		...Object.entries(kept).map(
			([slot, variable]) => [slot, variable, slots?.[slot]] as const,
		),
		["value", variable, value] as const,
	];
	return pairs.flatMap(
		([what, variable, tensor]): [tf.Variable, tf.Tensor][] => {
			if (tensor === variable) return [];
			const isRight =
				tensor instanceof tf.Tensor &&
				tf.util.arraysEqual(tensor.shape, variable.shape);
			if (isRight) return [[variable, tensor]];
			const found =
				tensor instanceof tf.Tensor
					? `[${tensor.shape.join(", ")}]`
					: "nothing";
			throw new TypeError(
				`the update of the optimizer ${optimizer} gives ${found} as ${what} of ${name}, not a tensor [${variable.shape.join(", ")}]`,
			);
		},
	);
}

/**
 * The optimizer of a recipe for groups of weights, with its slots at zero.
 *
 * Weights without a gradient stay as they are, as in PyTorch.
 *
 * Sources: torch.optim.SGD without dampening, torch.optim.AdamW without amsgrad.
 */
export function makeOptimizer(
	given: Recipe["optimizer"],
	params: Params,
	groups: readonly ParamGroup[],
): Optimizer {
	const { name: optimizer } = given;
	const rule = makeOf<OptimizerRule, Sgd | AdamW>(given, optimizers);
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
			numbersOf(
				{ name: optimizer, rule },
				{ step, rates, momentum, weightDecays },
			),
		update(gradients, numbers) {
			const reached = weights.filter(({ name }) => gradients[name]);
			for (const weight of reached) {
				const { name, variable, group, weightDecay } = weight;
				const kept: Params = Object.fromEntries(
					rule.slots.map((slot) => [
						slot,
						slots[`${slot}/${name}`] as tf.Variable,
					]),
				);
				const after = rule.update(
					{
						value: variable,
						gradient: gradients[name] as tf.Tensor,
						slots: kept,
						weightDecay,
					},
					Object.fromEntries(
						Object.entries(numbers).map(([what, number]) => [
							what,
							number.rank === 0 ? number : ofGroup(number, group),
						]),
					),
				);
				for (const [variable, tensor] of changed(after, weight, {
					optimizer,
					kept,
				}))
					variable.assign(tensor);
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
