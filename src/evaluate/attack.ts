import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, required, whole } from "../check/checks.js";
import { compile } from "../engine/compile.js";
import { normalize } from "../nn/normalize.js";
import { Random } from "../random.js";
import type { BatchTargets, Size, Task } from "../tasks/task.js";
import { type AttackNorm, balls } from "../train/attack-ball.js";
import { type Input, makePredictor } from "../train/predictor.js";
import type { Adaptation, Adapter, Adapting } from "./adaptation.js";

/** How test images are changed so that the network errs. */
export interface AttackOptions {
	/** The largest norm of the change of an image, for values in [0, 1]. */
	readonly epsilon: number;
	/** `l2`, by default, of a whole image, or `linf`, of each value. */
	readonly norm?: AttackNorm;
	/** Steps of projected gradient descent; 20 by default. */
	readonly steps?: number;
	/** The length of a step; by default `2.5 * epsilon / steps`. */
	readonly stepSize?: number;
	/** What the first change is drawn with; 0 by default. */
	readonly seed?: number;
}

/** The options with their defaults filled in, which rows are keyed by. */
export type AttackSettings = Required<AttackOptions>;

const checks: Checks<AttackOptions> = {
	epsilon: required(number({ from: 0 })),
	norm: oneOf(["l2", "linf"]),
	steps: whole({ from: 1 }),
	stepSize: number({ from: 0 }),
	seed: whole(),
};

const isSame = (a: Size, b: Size): boolean =>
	a.height === b.height && a.width === b.width;

/** The targets of a batch, as the loss takes them. */
function targetsOf(task: Task, { images, shown, targets }: Input) {
	if (!targets)
		throw new Error(
			"attack needs the targets of the images, and was shown images alone",
		);
	if (
		task.uses === "pyramid" &&
		shown.some(({ given, seen }) => !isSame(given, seen))
	)
		throw new Error(
			`attack: the targets of ${task.name} are of images as they are given, and the network sees them at another size: make the task with images of the size that it sees`,
		);
	const [, height, width] = images.shape;
	return task.batchTargets(targets, { height, width });
}

/** One step of the attack: uphill, and back to within epsilon of the images and to their range. */
function makeStep(
	{ task, model, isFrozen }: Adapting,
	{ epsilon, norm, stepSize }: AttackSettings,
) {
	const { uphill, within } = balls[norm];
	return compile(
		(
			images: tf.Tensor4D,
			worst: tf.Tensor4D,
			targets: BatchTargets,
			sizes?: tf.Tensor2D,
		) => {
			const slope = tf.grad((pixels) =>
				task.loss(
					model,
					{
						images: normalize(pixels as tf.Tensor4D, task.normalization),
						targets,
					},
					{ ...(sizes && { sizes }) },
				),
			);
			const moved = tf.mul(uphill(slope(worst) as tf.Tensor4D), stepSize);
			const change: tf.Tensor4D = tf.add(tf.sub(worst, images), moved);
			return tf.clipByValue(
				tf.add(images, within(change, epsilon)) as tf.Tensor4D,
				0,
				1,
			);
		},
		{ frozen: isFrozen ? Object.values(model.params) : [] },
	);
}

function attackerOf(given: Adapting, settings: AttackSettings): Adapter {
	const { task, model, isFrozen } = given;
	const { epsilon, norm, steps, seed } = settings;
	const frozen = isFrozen ? Object.values(model.params) : [];
	const predictor = makePredictor(task, model, frozen);
	const step = makeStep(given, settings);
	const random = new Random("attack", seed);
	const attacked = (input: Input): tf.Tensor4D =>
		tf.tidy(() => {
			const { images, sizes } = input;
			const targets = targetsOf(task, input);
			const drawn = balls[norm].start(images.shape, random);
			let worst: tf.Tensor4D = tf.clipByValue(
				tf.add(images, tf.mul(drawn, epsilon)) as tf.Tensor4D,
				0,
				1,
			);
			for (let done = 0; done < steps; done++) {
				const next = step(images, worst, targets, sizes);
				worst.dispose();
				worst = next;
			}
			return worst;
		});
	const seen = <What>(input: Input, what: (input: Input) => What): What => {
		const images = attacked(input);
		const found = what({ ...input, images });
		images.dispose();
		return found;
	};
	return {
		reset: () => random.reseed("attack", seed),
		predict: (input) => seen(input, predictor.predict),
		predictSurely: (input) => seen(input, predictor.predictSurely),
		dispose() {
			step.dispose?.();
			predictor.dispose();
		},
	};
}

const prepare = (settings: AttackSettings) => (given: Adapting) =>
	attackerOf(given, settings);

/**
 * Scores networks on the worst images near the test images: `evaluate(runs, task, { adaptation: attack({ epsilon: 1 }) })`.
 *
 * Each image, corrupted or not, is changed within a distance so that the task's loss grows, by projected gradient
 * descent from a random start with the network in eval mode, which knows the network and the targets; the score is that
 * of the images after the last step. Rows are called `l2-1-pgd20`. The random starts depend on `batchSize`. Nothing is
 * adapted: it is given as an adaptation since images depend on the network.
 * Throws where the targets of segmenters and detectors are of another size than what the network sees.
 *
 * Source: Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
 */
export function attack(options: AttackOptions): Adaptation<AttackSettings> {
	checkOptions("attack", options, checks);
	const { epsilon, norm = "l2", steps = 20, seed = 0 } = options;
	const { stepSize = (2.5 * epsilon) / steps } = options;
	return {
		name: `${norm}-${epsilon}-pgd${steps}`,
		options: { epsilon, norm, steps, stepSize, seed },
		make: prepare,
		source: { module: import.meta.url, name: "attack" },
		order: "listed",
		usesTargets: true,
	};
}
