import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, whole } from "../check/checks.js";
import type { Own } from "../own.js";
import type { PullRegularizer } from "./regularizer.js";
import type { WeightFacts } from "./weight-facts.js";

/** What pulls the weights of a backbone back, and how strongly. */
export interface RgnOptions {
	/** 0.1 by default. */
	readonly weight?: number;
	/**
	 * By what each weight is pulled: `rgn`, its relative gradient norm, `ewc`, the size of its gradient, or `plain`, all
	 * alike; `rgn` by default.
	 */
	readonly by?: "rgn" | "ewc" | "plain";
	/** Batches on which gradients are measured; by default one pass over the training set, 5,000 at most. */
	readonly batches?: number;
}

const checks: Checks<RgnOptions> = {
	weight: number({ from: 0 }),
	by: oneOf(["rgn", "ewc", "plain"]),
	batches: whole({ from: 1 }),
};

const mostBatches = 5000;
const epsilon = 1e-8;

/** Of a convolution's kernel the sizes summed over its pixels; of any other weight, each. */
function sizes(x: tf.Tensor, { shape, axes }: WeightFacts): tf.Tensor {
	const size = tf.abs(x);
	return shape.length === 4
		? tf.sum(size, [axes[2] as number, axes[3] as number], true)
		: size;
}

/**
 * Pulls the weights of the backbone to where they began, by what they matter to the task: `s (weight - start)` is added
 * to their gradients, `s = clip(weight R, 0, 1 / learning rate)`, where R is the mean over batches, before the first
 * step, of `|gradient| / |weight|`.
 *
 * Not clipped where it is plain. Saito et al., "Mind the Backbone", 2023; VisionLearningGroup/mind_back,
 * `tools/utils.py`, whose elastic weight consolidation is of sizes, not of squares.
 */
export function rgn(
	options: RgnOptions = {},
): Own<PullRegularizer, RgnOptions> {
	checkOptions("rgn", options, checks);
	return {
		name: options.by ?? "rgn",
		options,
		source: { module: import.meta.url, name: rgn.name },
		make({ weight = 0.1, by = "rgn", batches }): PullRegularizer {
			if (weight === 0) return { pull: () => undefined };
			const strength = (
				measured: tf.Tensor | undefined,
				rate: tf.Scalar,
			): tf.Tensor => {
				if (!measured) return tf.scalar(weight);
				const most = tf.div(1, rate);
				return tf.minimum(tf.mul(measured, weight), most);
			};
			return {
				...(by !== "plain" && {
					measured: {
						batches: (epoch) => batches ?? Math.min(mostBatches, epoch),
						of({ value, gradient, facts }) {
							if (facts.isHead) return undefined;
							if (by === "ewc") return tf.abs(gradient);
							const size = tf.add(sizes(value, facts), epsilon);
							return tf.div(sizes(gradient, facts), size);
						},
					},
				}),
				pull({ value, initial, facts, rate, measured }) {
					if (facts.isHead) return undefined;
					return tf.mul(tf.sub(value, initial), strength(measured, rate));
				},
			};
		},
	};
}
