import * as tf from "@tensorflow/tfjs";
import type { OptimizerRule } from "./optimizer-rule.js";
import type { AdamW } from "./recipe.js";

/** Source: torch.optim.AdamW without amsgrad. */
export function adamw({
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
