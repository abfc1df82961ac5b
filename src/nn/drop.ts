import * as tf from "@tensorflow/tfjs";
import { drawUniform } from "../engine/random-tensor.js";
import type { Random } from "../random.js";

function drop<T extends tf.Tensor>(
	x: T,
	{ rate, parts }: { readonly rate: number; readonly parts: number[] },
	random: Random,
): T {
	if (!(rate >= 0 && rate < 1))
		throw new Error(`the rate must be in [0, 1), not ${rate}`);
	if (rate === 0) return x;
	const kept = tf.floor(tf.add(drawUniform(parts, random), 1 - rate));
	return tf.mul(x, tf.div(kept, 1 - rate));
}

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
	const parts = x.shape.map((length, axis) => (axis === 0 ? length : 1));
	return drop(x, { rate, parts }, random);
}

/**
 * Drops each channel of each sample with probability `rate` and divides those kept by `1 - rate`.
 *
 * `x` is `[batch, height, width, channels]`; `rate` is in [0, 1). Source: `torch.nn.Dropout2d`.
 */
export function dropout2d(
	x: tf.Tensor4D,
	rate: number,
	random: Random,
): tf.Tensor4D {
	const [batch, , , channels] = x.shape;
	return drop(x, { rate, parts: [batch, 1, 1, channels] }, random);
}
