import type * as tf from "@tensorflow/tfjs";
import { stochasticDepth } from "../nn/drop.js";
import type { ForwardOptions } from "./forward.js";

/** Drops the residual branch of a block for some samples, or leaves it as it is. */
export type Drop = (branch: tf.Tensor4D) => tf.Tensor4D;

/** The stochastic depth of one block after the other: its rate grows evenly, from 0 at the first. */
export function blockDrops(
	depths: readonly number[],
	depth: ForwardOptions["stochasticDepth"],
): () => Drop {
	const blocks = depths.reduce((sum, count) => sum + count, 0);
	let position = 0;
	return () => {
		const share = position++ / Math.max(1, blocks - 1);
		return (branch) =>
			depth
				? stochasticDepth(branch, depth.rate * share, depth.random)
				: branch;
	};
}
