import * as tf from "@tensorflow/tfjs";
import { drawUniform } from "../engine/random-tensor.js";
import type { Random } from "../random.js";

/**
 * Drops each sample's residual branch with probability `rate` and divides those kept by `1 - rate`.
 *
 * `x` is `[batch, ...]`; `rate` is in [0, 1). Source: `torchvision.ops.stochastic_depth`, mode "row".
 */
export function stochasticDepth<T extends tf.Tensor>(
	x: T,
	rate: number,
	random: Random,
): T {
	if (!(rate >= 0 && rate < 1))
		throw new Error(`the rate must be in [0, 1), not ${rate}`);
	if (rate === 0) return x;
	const ones = x.shape.slice(1).fill(1);
	const draws = drawUniform([x.shape[0] as number, ...ones], random);
	const kept = tf.floor(tf.add(draws, 1 - rate));
	return tf.mul(x, tf.div(kept, 1 - rate));
}
