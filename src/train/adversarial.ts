import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, number, oneOf, required, whole } from "../check/checks.js";
import { normalize } from "../nn/normalize.js";
import { shownPositions } from "../nn/shown-positions.js";
import { vary } from "../tasks/define-task.js";
import type { Task, TaskSource } from "../tasks/task.js";
import { makeTask, remakeOf } from "../tasks/task-source.js";
import { type AttackNorm, balls, detached, scaleOf } from "./attack-ball.js";

/** How far images are changed so that the network errs. */
export interface AdversarialOptions {
	/** The largest norm of the change of an image, for values in [0, 1]. */
	readonly epsilon: number;
	/** `l2`, by default, of a whole image, or `linf`, of each value. */
	readonly norm?: AttackNorm;
	/** Steps of projected gradient descent; 3 by default. */
	readonly steps?: number;
	/** The length of a step; by default 2/3 of epsilon, with 3 steps. */
	readonly stepSize?: number;
	/**
	 * Whether the first step is made from a random change rather than from the image itself: on the sphere of epsilon,
	 * or uniform within it for `linf`.
	 */
	readonly randomStart?: boolean;
	/**
	 * Whether epsilon, of L2, is that of an image of 224 x 224 pixels, and grows with the root of the number of pixels;
	 * by default it is that of any image.
	 */
	readonly scaled?: boolean;
}

const checks: Checks<AdversarialOptions> = {
	epsilon: required(number({ from: 0 })),
	norm: oneOf(["l2", "linf"]),
	steps: whole({ from: 1 }),
	stepSize: number({ from: 0 }),
	randomStart: flag,
	scaled: flag,
};

/** How another process makes an adversarial task. */
interface Remade {
	readonly source: TaskSource;
	readonly options: AdversarialOptions;
}

/** Makes in another process what `adversarial` gives. */
export const remakeAdversarial = async ({
	source,
	options,
}: Remade): Promise<Task> => adversarial(await makeTask(source), options);

/** What an attack is called, in which all of it stands. */
function attackName(
	{ epsilon, norm = "l2", randomStart, scaled }: AdversarialOptions,
	{ steps, stepSize }: { steps: number; stepSize: number },
): string {
	const kind = norm === "l2" ? "L2" : "Linf";
	const more = [
		...(scaled ? ["scaled"] : []),
		...(randomStart ? ["from a random start"] : []),
	];
	return [`${kind} ${epsilon} in ${steps} steps of ${stepSize}`, ...more].join(
		", ",
	);
}

/**
 * A task whose training loss is that of the worst images near by: each is changed, within a distance,
 * so that the loss grows.
 *
 * Projected gradient descent from the image itself, or from a random change of it, with the network in eval mode, as
 * the `robustness` library does it (Salman et al., "Do adversarially robust ImageNet models transfer better?", 2020).
 * The padding of images is not changed. Scores are of unchanged images.
 */
export function adversarial<Target, Prediction>(
	task: Task<Target, Prediction>,
	options: AdversarialOptions,
): Task<Target, Prediction> {
	checkOptions("adversarial", options, checks);
	const { epsilon, norm = "l2", randomStart, scaled } = options;
	const { steps = 3, stepSize = (2 * epsilon) / steps } = options;
	if (scaled && norm === "linf")
		throw new RangeError(
			"adversarial: an epsilon of linf is that of each value, whatever the number of pixels: leave `scaled` out",
		);
	const { mean, std } = task.normalization;
	const { uphill, within, start } = balls[norm];
	const name = attackName(options, { steps, stepSize });
	const about = remakeOf(task as Task, (source) => ({
		module: import.meta.url,
		name: remakeAdversarial.name,
		options: { source, options } satisfies Remade,
	}));
	return vary<Task<Target, Prediction>>(task, name, {
		...about,
		loss: (network, { images, targets }, options) =>
			tf.tidy(() => {
				const lossAt = (pixels: tf.Tensor4D, options?: ForwardOptions) => {
					const seen = normalize(pixels, task.normalization);
					return task.loss(network, { images: seen, targets }, options);
				};
				const sizes = options?.sizes;
				const evaluated: ForwardOptions = { ...(sizes && { sizes }) };
				const slope = tf.grad((pixels) =>
					lossAt(pixels as tf.Tensor4D, evaluated),
				);
				const shown =
					sizes && tf.expandDims(shownPositions(images, images, sizes), 3);
				const ofImage = (change: tf.Tensor): tf.Tensor4D =>
					(shown ? tf.mul(change, shown) : change) as tf.Tensor4D;
				const scale = scaled ? scaleOf(images, sizes) : 1;
				const far = (length: number) =>
					typeof scale === "number" ? length * scale : tf.mul(scale, length);
				const pixels: tf.Tensor4D = tf.add(tf.mul(images, [...std]), [...mean]);
				const moved = (change: tf.Tensor): tf.Tensor4D =>
					detached(tf.clipByValue(tf.add(pixels, change) as tf.Tensor4D, 0, 1));
				let worst = pixels;
				if (randomStart) {
					const random = options?.training?.random;
					if (!random)
						throw new Error(
							"adversarial: a random start is drawn in training, and the loss was given no `training`",
						);
					const drawn = start(pixels.shape, random);
					worst = moved(ofImage(tf.mul(drawn, far(epsilon))));
				}
				for (let step = 0; step < steps; step++) {
					const gradient = ofImage(slope(worst) as tf.Tensor4D);
					const change: tf.Tensor4D = tf.add(
						tf.sub(worst, pixels),
						tf.mul(uphill(gradient), far(stepSize)),
					);
					worst = moved(within(change, far(epsilon)));
				}
				return lossAt(worst, options);
			}),
	});
}
