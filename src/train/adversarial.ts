import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, required, whole } from "../check/checks.js";
import { normalize } from "../nn/normalize.js";
import { vary } from "../tasks/define-task.js";
import type { Task } from "../tasks/task.js";

/** How far images are changed so that the network errs. */
export interface AdversarialOptions {
	/** The largest L2 norm of the change of an image, for values in [0, 1]. */
	readonly epsilon: number;
	/** Steps of projected gradient descent; 3 by default. */
	readonly steps?: number;
	/** The length of a step; by default 2/3 of epsilon, with 3 steps. */
	readonly stepSize?: number;
}

const checks: Checks<AdversarialOptions> = {
	epsilon: required(number({ from: 0 })),
	steps: whole({ from: 1 }),
	stepSize: number({ from: 0 }),
};

/** The same values, cut off from what they were computed of: no gradient goes through. */
function detached<T extends tf.Tensor>(x: T): T {
	return tf.customGrad(() => ({
		value: tf.clone(x),
		gradFunc: () => [],
	}))() as T;
}

/** The L2 norm of each image, `[batch, 1, 1, 1]`, never quite 0. */
const norms = (x: tf.Tensor4D): tf.Tensor4D =>
	tf.sqrt(tf.add(tf.sum(tf.square(x), [1, 2, 3], true), 1e-20));

/** Changes of at most `epsilon`. */
const within = (delta: tf.Tensor4D, epsilon: number): tf.Tensor4D =>
	tf.mul(delta, tf.minimum(1, tf.div(epsilon, norms(delta))));

/**
 * A task whose training loss is that of the worst images near by: each is changed, within an L2 distance,
 * so that the loss grows.
 *
 * Projected gradient descent from the image itself, with the network in eval mode, as the `robustness`
 * library does it (Salman et al., "Do adversarially robust ImageNet models transfer better?", 2020).
 * Scores are of unchanged images.
 */
export function adversarial<Target, Prediction>(
	task: Task<Target, Prediction>,
	options: AdversarialOptions,
): Task<Target, Prediction> {
	checkOptions("adversarial", options, checks);
	const { epsilon, steps = 3, stepSize = (2 * epsilon) / steps } = options;
	const { mean, std } = task.normalization;
	const attack = `L2 ${epsilon} in ${steps} steps of ${stepSize}`;
	return vary<Task<Target, Prediction>>(task, attack, {
		loss: (network, { images, targets }, options) =>
			tf.tidy(() => {
				const lossAt = (pixels: tf.Tensor4D, options?: ForwardOptions) => {
					const seen = normalize(pixels, task.normalization);
					return task.loss(network, { images: seen, targets }, options);
				};
				const evaluated: ForwardOptions = {
					...(options?.sizes && { sizes: options.sizes }),
				};
				const slope = tf.grad((pixels) =>
					lossAt(pixels as tf.Tensor4D, evaluated),
				);
				const pixels: tf.Tensor4D = tf.add(tf.mul(images, [...std]), [...mean]);
				let worst = pixels;
				for (let step = 0; step < steps; step++) {
					const gradient = slope(worst) as tf.Tensor4D;
					const uphill = tf.mul(tf.div(gradient, norms(gradient)), stepSize);
					const change = within(tf.add(tf.sub(worst, pixels), uphill), epsilon);
					worst = detached(tf.clipByValue(tf.add(pixels, change), 0, 1));
				}
				return lossAt(worst, options);
			}),
	});
}
