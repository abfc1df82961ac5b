import * as tf from "@tensorflow/tfjs";
import { type ParamSpecs, type Params, param } from "./params.js";

/**
 * `train` normalizes by the statistics of the batch and moves the running ones towards them; `eval`
 * normalizes by the running ones. A frozen batch norm is `eval` with its weight and bias left untrained.
 */
export type BatchNormMode = "train" | "eval";

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
	if ((typeof mode === "function" ? mode(name) : mode) === "eval")
		return tf.batchNorm(x, ...running, offset, scale, epsilon) as T;
	const count = x.size / scale.size;
	if (count === 1) {
		throw new Error(
			`${name} sees one value per channel, [${x.shape}], and cannot train on it: use a larger batch or image, or the mode "eval"`,
		);
	}
	return normalized(x, scale, offset, (mean, variance) => {
		moveTowards(running[0], mean, 1);
		moveTowards(running[1], variance, count / (count - 1));
	}) as T;
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
