import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, number } from "../check/checks.js";
import type { Own } from "../own.js";
import type { LossRegularizer } from "./regularizer.js";

/** How strongly weights are held. */
export interface L2SpOptions {
	/** Of the backbone's weights, to where they began; 0.01 by default. */
	readonly alpha?: number;
	/** Of the task's own, to zero; 0.01 by default. */
	readonly beta?: number;
	/** Whether only kernels are held, no biases, norms and other vectors; true by default, as published. */
	readonly kernelsOnly?: boolean;
}

const checks: Checks<L2SpOptions> = {
	alpha: number({ from: 0 }),
	beta: number({ from: 0 }),
	kernelsOnly: flag,
};

/** `strength / 2 |weight - anchor|^2`, whose gradient is one product. */
function held(
	weight: tf.Tensor,
	anchor: tf.Tensor | undefined,
	strength: number,
): tf.Scalar {
	const operation = tf.customGrad((...inputs) => {
		const [value, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
		const move = anchor ? tf.sub(value, anchor) : value;
		save([move]);
		return {
			value: tf.mul(tf.sum(tf.square(move)), strength / 2),
			gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
				tf.mul(saved[0] as tf.Tensor, tf.mul(dy, strength)),
		};
	});
	return operation(weight) as tf.Scalar;
}

/**
 * L2-SP: `alpha / 2 |backbone - start|^2 + beta / 2 |head|^2` is added to the loss. It stands in place of weight decay,
 * which is set to 0.
 *
 * Li et al., "Explicit inductive bias for transfer learning", 2018; holyseven/TransferLearningClassification. Others
 * write it without the half: their lambda is half of alpha.
 */
export function l2Sp(
	options: L2SpOptions = {},
): Own<LossRegularizer, L2SpOptions> {
	checkOptions("l2Sp", options, checks);
	return {
		name: "l2-sp",
		options,
		source: { module: import.meta.url, name: l2Sp.name },
		make:
			({ alpha = 0.01, beta = 0.01, kernelsOnly = true }) =>
			(weights, { initial, factsOf }) => {
				const terms = Object.entries(weights).flatMap(([name, weight]) => {
					const { isHead, shape } = factsOf(name);
					const strength = isHead ? beta : alpha;
					if (strength === 0 || (kernelsOnly && shape.length < 2)) return [];
					return [held(weight, isHead ? undefined : initial[name], strength)];
				});
				return terms.length === 0
					? tf.scalar(0)
					: (tf.addN(terms) as tf.Scalar);
			},
	};
}
