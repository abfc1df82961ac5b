import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, required } from "../check/checks.js";
import type { Own } from "../own.js";
import { anchored, type Corrected, correctedCheck } from "./anchored.js";
import { optimizerRule } from "./optimizer.js";
import type { OptimizerRule } from "./optimizer-rule.js";

/** How fast the weights of the backbone decay to where they began. */
export interface AnchoredDecayOptions extends Corrected {
	readonly alpha: number;
}

const checks: Checks<AnchoredDecayOptions> = {
	optimizer: correctedCheck,
	alpha: required(number({ from: 0 })),
};

/**
 * L2-SP beside the moments of the optimizer, as AdamW has weight decay: `rate · alpha · (weight - start)` is taken off
 * the weights of the backbone in each step.
 */
export function anchoredDecay(
	options: AnchoredDecayOptions,
): Own<OptimizerRule, AnchoredDecayOptions> {
	checkOptions("anchoredDecay", options, checks);
	return {
		name: "anchored-decay",
		options,
		source: { module: import.meta.url, name: anchoredDecay.name },
		make: ({ optimizer, alpha }) =>
			alpha === 0
				? optimizerRule(optimizer)
				: anchored(optimizer, {
						numbers: ({ rates }) => ({
							returns: rates.map((rate) => rate * alpha),
						}),
						correct({ value, initial }, after, { returns }) {
							const back = tf.mul(tf.sub(value, initial), returns as tf.Tensor);
							return { ...after, value: tf.sub(after.value, back) };
						},
					}),
	};
}
