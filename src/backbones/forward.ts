import type * as tf from "@tensorflow/tfjs";
import type { Checks } from "../check/check-options.js";
import {
	flag,
	functionOr,
	keyed,
	number,
	oneOf,
	required,
	textOr,
	thing,
} from "../check/checks.js";
import {
	type BatchNormModes,
	batchStatisticsChecks,
} from "../nn/batch-norm.js";
import type { Random } from "../random.js";

/** Feature maps at strides 4, 8, 16 and 32, NHWC. */
export type Pyramid = [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];

/** What a recipe chooses about the forward pass; left out, the model is evaluated. */
export interface ForwardOptions {
	/** For all batch norms, or by name, such as `layer1.0.bn1`: `eval` where left out. */
	readonly batchNorm?: BatchNormModes;
	/** Stochastic depth of a Swin Transformer or a ConvNeXt: the rate of the last block, from 0 at the first. */
	readonly stochasticDepth?: { readonly rate: number; readonly random: Random };
	/** Whether each stage is computed again for its gradient, so that only its input is kept. */
	readonly checkpointing?: boolean;
	/** What the task's own layers draw from in training; left out, they neither drop nor sample. */
	readonly training?: { readonly random: Random };
	/** Heights and widths of the images before padding, `[batch, 2]`, for tasks that use feature maps. */
	readonly sizes?: tf.Tensor2D;
}

const random = required(thing("a Random"));

/** Checks of the options of a forward pass. */
export const forwardChecks: Checks<ForwardOptions> = {
	batchNorm: textOr(
		oneOf(["train", "eval"]),
		functionOr(keyed(batchStatisticsChecks)),
	),
	stochasticDepth: keyed({
		rate: required(number({ from: 0, below: 1 })),
		random,
	}),
	checkpointing: flag,
	training: keyed({ random }),
	sizes: thing("a tensor"),
};
