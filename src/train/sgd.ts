import * as tf from "@tensorflow/tfjs";
import type { OptimizerRule } from "./optimizer-rule.js";
import type { Sgd } from "./recipe.js";

/** Source: torch.optim.SGD without dampening. */
export function sgd({
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
