import * as tf from "@tensorflow/tfjs";
import { flag, list, number, oneOfKinds, required } from "../check/checks.js";
import type { Params } from "../nn/params.js";
import type { ParamGroup } from "./param-groups.js";
import type { AdamW, Sgd } from "./recipe.js";

/** The check of the optimizer of a recipe. */
export const optimizerCheck = oneOfKinds<Sgd | AdamW, "name">("name", {
	sgd: {
		momentum: required(number({ from: 0, below: 1 })),
		nesterov: required(flag),
	},
	adamw: {
		betas: required(list(number({ from: 0, below: 1 }), { length: 2 })),
		epsilon: required(number({ from: 0 })),
	},
});

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

const zeros = (what: string, weights: readonly Weight[]): Params =>
	Object.fromEntries(
		weights.map(({ name, variable }) => [
			`${what}/${name}`,
			tf.tidy(() => tf.variable(tf.zeros(variable.shape), false)),
		]),
	);

const ofGroup = (numbers: tf.Tensor, group: number): tf.Scalar =>
	tf.reshape(tf.slice(numbers, group, 1), []);

function sgd(
	weights: readonly Weight[],
	{ momentum, nesterov }: Sgd,
): Optimizer {
	const slots = zeros("momentum", weights);
	return {
		slots,
		momentum,
		numbers: (_step, rates, momentum) => ({
			rates: tf.tensor1d([...rates]),
			momentum: tf.scalar(momentum),
		}),
		update(gradients, { rates, momentum }) {
			const reached = weights.filter(({ name }) => gradients[name]);
			for (const { name, variable, group, weightDecay } of reached) {
				const slot = slots[`momentum/${name}`] as tf.Variable;
				let gradient = gradients[name] as tf.Tensor;
				if (weightDecay !== 0)
					gradient = tf.add(gradient, tf.mul(variable, weightDecay));
				const velocity = tf.add(tf.mul(slot, momentum as tf.Scalar), gradient);
				const step = nesterov
					? tf.add(gradient, tf.mul(velocity, momentum as tf.Scalar))
					: velocity;
				slot.assign(velocity);
				const rate = ofGroup(rates as tf.Tensor, group);
				variable.assign(tf.sub(variable, tf.mul(step, rate)));
			}
		},
	};
}

type FiveTensors = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

function adamw(
	weights: readonly Weight[],
	groups: readonly ParamGroup[],
	{ betas: [firstBeta, beta2], epsilon }: AdamW,
): Optimizer {
	const means = zeros("mean", weights);
	const squares = zeros("square", weights);
	return {
		slots: { ...means, ...squares },
		momentum: firstBeta,
		numbers: (step, rates, beta1) => ({
			rates: tf.tensor1d(rates.map((rate) => rate / (1 - beta1 ** step))),
			kept: tf.tensor1d(
				rates.map((rate, i) => 1 - rate * (groups[i]?.weightDecay ?? 0)),
			),
			beta1: tf.scalar(beta1),
			gain1: tf.scalar(1 - beta1),
			correction: tf.scalar(Math.sqrt(1 - beta2 ** step)),
		}),
		update(gradients, numbers) {
			const [rates, kept, beta1, gain1, correction] = [
				"rates",
				"kept",
				"beta1",
				"gain1",
				"correction",
			].map((name) => numbers[name] as tf.Tensor) as FiveTensors;
			const reached = weights.filter(({ name }) => gradients[name]);
			for (const { name, variable, group } of reached) {
				const gradient = gradients[name] as tf.Tensor;
				const mean = means[`mean/${name}`] as tf.Variable;
				const square = squares[`square/${name}`] as tf.Variable;
				const m = tf.add(tf.mul(mean, beta1), tf.mul(gradient, gain1));
				const v = tf.add(
					tf.mul(square, beta2),
					tf.mul(tf.square(gradient), 1 - beta2),
				);
				mean.assign(m);
				square.assign(v);
				const size = tf.add(tf.div(tf.sqrt(v), correction), epsilon);
				const step = tf.mul(tf.div(m, size), ofGroup(rates, group));
				const decayed = tf.mul(variable, ofGroup(kept, group));
				variable.assign(tf.sub(decayed, step));
			}
		},
	};
}

/**
 * The optimizer of a recipe for groups of weights, with its slots at zero.
 *
 * Weights without a gradient stay as they are, as in PyTorch.
 *
 * Sources: torch.optim.SGD without dampening, torch.optim.AdamW without amsgrad.
 */
export function makeOptimizer(
	rule: Sgd | AdamW,
	params: Params,
	groups: readonly ParamGroup[],
): Optimizer {
	const weights = weightsOf(params, groups);
	return rule.name === "sgd"
		? sgd(weights, rule)
		: adamw(weights, groups, rule);
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
