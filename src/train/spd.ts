import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number } from "../check/checks.js";
import type { Own } from "../own.js";
import { anchored, type Corrected, correctedCheck } from "./anchored.js";
import { optimizerRule } from "./optimizer.js";
import type { OptimizerRule } from "./optimizer-rule.js";

/** How much of a step away from the start is taken back. */
export interface SpdOptions extends Corrected {
	/** 1, the default, takes back all by which the distance grew; more is stronger. */
	readonly strength?: number;
}

const checks: Checks<SpdOptions> = {
	optimizer: correctedCheck,
	strength: number({ from: 0 }),
};

const length = (x: tf.Tensor): tf.Scalar => tf.sqrt(tf.sum(tf.square(x)));

const smallest = 1e-30;

/**
 * Selective projection decay: where the slope of the loss leads a weight of the backbone back, and its step away from
 * where it began all the same, the step is shortened, `weight - strength · r · (weight - start)` with `r = clip((|after|
 * - |before|) / |after|, 0, 1)` of the distances from the start.
 *
 * Of each tensor, and without state of its own. Tian et al., "Rethinking weight decay for robust fine-tuning", 2024;
 * GT-RIPL/Selective-Projection-Decay, `adamSPD.py`, where `strength` is called `weight_decay`.
 */
export function spd(options: SpdOptions): Own<OptimizerRule, SpdOptions> {
	checkOptions("spd", options, checks);
	return {
		name: "spd",
		options,
		source: { module: import.meta.url, name: spd.name },
		make: ({ optimizer, strength = 1 }) =>
			strength === 0
				? optimizerRule(optimizer)
				: anchored(optimizer, {
						correct({ value, gradient, initial }, after) {
							const stood = tf.sub(value, initial);
							const moved = tf.sub(after.value, initial);
							const leadsBack = tf.greater(tf.sum(tf.mul(gradient, stood)), 0);
							const far = length(moved);
							const growth = tf.div(
								tf.sub(far, length(stood)),
								tf.maximum(far, smallest),
							);
							const share = tf.where(
								leadsBack,
								tf.mul(tf.clipByValue(growth, 0, 1), strength),
								0,
							);
							const back = tf.mul(moved, share);
							return { ...after, value: tf.sub(after.value, back) };
						},
					}),
	};
}
