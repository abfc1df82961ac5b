import * as tf from "@tensorflow/tfjs";
import type { Checks } from "../check/check-options.js";
import { number, oneOf, required } from "../check/checks.js";
import { isRecomputing } from "../engine/recompute.js";
import { type ParamSpecs, type Params, param } from "./params.js";

/**
 * Normalizing a batch in part by its own statistics: those of `n` images are mixed with the running ones, which stay
 * as they are, as `prior / (prior + n)` running and the rest of the batch.
 *
 * Source: Schneider et al., "Improving robustness against common corruptions by covariate shift adaptation", 2020.
 */
export interface BatchStatistics {
	/** How many images the running statistics count for, from 0, the batch alone, to Infinity, the running ones alone. */
	readonly prior: number;
	/** Which of the two are mixed; `both` by default. */
	readonly statistics?: "both" | "mean" | "variance";
	/** The variance of the batch: `unbiased` by default, as a running one is; `biased` as in training. */
	readonly variance?: "unbiased" | "biased";
}

/**
 * `train` normalizes by the statistics of the batch and moves the running ones towards them; `eval`
 * normalizes by the running ones. A frozen batch norm is `eval` with its weight and bias left untrained.
 */
export type BatchNormMode = "train" | "eval" | BatchStatistics;

/** Checks of how a batch norm mixes statistics. */
export const batchStatisticsChecks: Checks<BatchStatistics> = {
	prior: required(number({ from: 0, infinite: true })),
	statistics: oneOf(["both", "mean", "variance"]),
	variance: oneOf(["unbiased", "biased"]),
};

/** One mode for all batch norms, or the mode of each by its name. */
export type BatchNormModes = BatchNormMode | ((name: string) => BatchNormMode);

const momentum = 0.1;
const epsilon = 1e-5;

function moveTowards(
	running: tf.Variable,
	observed: tf.Tensor,
	factor: number,
): void {
	const kept = tf.mul(running, 1 - momentum);
	running.assign(tf.add(kept, tf.mul(observed, momentum * factor)));
}

/**
 * The batch norm `name`, as `torch.nn.BatchNorm2d`; `x` is `[..., channels]`.
 *
 * In train mode the running variance moves towards the unbiased one. Throws there for a single value
 * per channel, which has no variance.
 */
export function batchNorm<T extends tf.Tensor>(
	params: Params,
	name: string,
	x: T,
	{ mode = "eval" }: { readonly mode?: BatchNormModes | undefined },
): T {
	const given = (suffix: string) =>
		param(params, `${name}.${suffix}`) as tf.Variable<tf.Rank.R1>;
	const scale = given("weight");
	const offset = given("bias");
	const running = [given("running_mean"), given("running_var")] as const;
	const own = typeof mode === "function" ? mode(name) : mode;
	if (
		own === "eval" ||
		(own !== "train" && own.prior === Number.POSITIVE_INFINITY)
	)
		return tf.batchNorm(x, ...running, offset, scale, epsilon) as T;
	const count = x.size / scale.size;
	if (own !== "train")
		return adapted(x, { name, running, offset, scale }, own) as T;
	if (count === 1) {
		throw new Error(
			`${name} sees one value per channel, [${x.shape}], and cannot train on it: use a larger batch or image, or the mode "eval"`,
		);
	}
	return normalized(x, scale, offset, (mean, variance) => {
		if (isRecomputing()) return;
		moveTowards(running[0], mean, 1);
		moveTowards(running[1], variance, count / (count - 1));
	}) as T;
}

interface Norm {
	readonly name: string;
	readonly running: readonly [mean: tf.Tensor1D, variance: tf.Tensor1D];
	readonly offset: tf.Tensor1D;
	readonly scale: tf.Tensor1D;
}

/** By statistics of the batch, mixed with the running ones. */
function adapted(
	x: tf.Tensor,
	{ name, running, offset, scale }: Norm,
	{ prior, statistics = "both", variance = "unbiased" }: BatchStatistics,
): tf.Tensor {
	if (!(prior >= 0))
		throw new RangeError(
			`${name}: the prior of a batch norm must be 0 or above, not ${prior}`,
		);
	const count = x.size / scale.size;
	if (variance === "unbiased" && count === 1 && statistics !== "mean")
		throw new Error(
			`${name} sees one value per channel, [${x.shape}], which has no unbiased variance: use a larger batch or image, or the biased one`,
		);
	if (prior === 0 && statistics === "both" && variance === "biased")
		return normalized(x, scale, offset, () => {});
	const share = prior / (prior + (x.shape[0] as number));
	const own = tf.moments(
		x,
		x.shape.slice(0, -1).map((_, axis) => axis),
	);
	const correction = variance === "unbiased" ? count / (count - 1) : 1;
	const mixed = (kept: tf.Tensor, seen: tf.Tensor, factor: number) =>
		tf.add(tf.mul(kept, share), tf.mul(seen, (1 - share) * factor));
	const mean =
		statistics === "variance" ? running[0] : mixed(running[0], own.mean, 1);
	const spread =
		statistics === "mean"
			? running[1]
			: mixed(running[1], own.variance, correction);
	return tf.batchNorm(
		x,
		mean as tf.Tensor1D,
		spread as tf.Tensor1D,
		offset,
		scale,
		epsilon,
	);
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset` by the statistics of `x` itself.
 *
 * The gradient is written as one formula, in a third of the passes over memory that the gradients of the
 * single operations would need.
 */
function normalized(
	x: tf.Tensor,
	scale: tf.Tensor,
	offset: tf.Tensor,
	observe: (mean: tf.Tensor, variance: tf.Tensor) => void,
): tf.Tensor {
	const axes = x.shape.slice(0, -1).map((_, axis) => axis);
	const count = x.size / scale.size;
	const operation = tf.customGrad((...inputs) => {
		const [values, gamma, beta, save] = inputs as [
			tf.Tensor,
			tf.Tensor,
			tf.Tensor,
			tf.GradSaveFunc,
		];
		const mean = tf.mean(values, axes);
		const centered = tf.sub(values, mean);
		const variance = tf.mean(tf.square(centered), axes);
		observe(mean, variance);
		const inverse = tf.rsqrt(tf.add(variance, epsilon));
		const slope = tf.mul(gamma, inverse);
		save([centered, inverse, slope]);
		const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
			const [centered, inverse, slope] = saved as [
				tf.Tensor,
				tf.Tensor,
				tf.Tensor,
			];
			const dOffset = tf.sum(dy, axes);
			const dScale = tf.mul(tf.sum(tf.mul(dy, centered), axes), inverse);
			const along = tf.mul(centered, tf.mul(dScale, tf.div(inverse, count)));
			const rest = tf.sub(tf.sub(dy, along), tf.div(dOffset, count));
			return [tf.mul(rest, slope), dScale, dOffset];
		};
		return { value: tf.add(tf.mul(centered, slope), beta), gradFunc };
	});
	return operation(x, scale, offset);
}

/** The weights and running statistics of a batch norm whose weight starts at `scale`. */
export function batchNormParams(
	name: string,
	channels: number,
	{ scale = 1 }: { readonly scale?: number } = {},
): ParamSpecs {
	const start = (constant: number, statistic: boolean) => ({
		shape: [channels],
		initial: { constant },
		statistic,
	});
	return {
		[`${name}.weight`]: start(scale, false),
		[`${name}.bias`]: start(0, false),
		[`${name}.running_mean`]: start(0, true),
		[`${name}.running_var`]: start(1, true),
	};
}
