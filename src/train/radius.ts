import * as tf from "@tensorflow/tfjs";
import { ofBackbone } from "./anchored.js";

const [beta1, beta2] = [0.9, 0.999];

/** The least radius, and what keeps divisors from being 0. */
export const epsilon = 1e-8;

/** What is remembered of a radius: itself, and the moments of its slopes. */
export const radiusSlots = ["radius", "radiusMean", "radiusSquare"] as const;

/** Each is one number for each weight of the backbone. */
export const radiusShapes = Object.fromEntries(
	radiusSlots.map((slot) => [slot, ofBackbone(() => [])]),
);

type Named = Readonly<Record<string, tf.Tensor>>;

/** The numbers of the step of Adam that comes after `count - 1` others. */
export const radiusNumbers = (count: number, rate: number) => ({
	radiusRate: rate / (1 - beta1 ** count),
	radiusCorrection: Math.sqrt(1 - beta2 ** count),
});

/** How far a radius moves down its slope, and the moments after it. */
export function radiusStep(slope: tf.Tensor, slots: Named, numbers: Named) {
	const { radiusMean: before, radiusSquare: squares } = slots;
	const { radiusRate, radiusCorrection } = numbers;
	const radiusMean = tf.add(
		tf.mul(before as tf.Tensor, beta1),
		tf.mul(slope, 1 - beta1),
	);
	const radiusSquare = tf.add(
		tf.mul(squares as tf.Tensor, beta2),
		tf.mul(tf.square(slope), 1 - beta2),
	);
	const size = tf.add(
		tf.div(tf.sqrt(radiusSquare), radiusCorrection as tf.Tensor),
		epsilon,
	);
	const step = tf.mul(tf.div(radiusMean, size), radiusRate as tf.Tensor);
	return { step, moments: { radiusMean, radiusSquare } };
}

/** A radius of at least 1e-8 and at most the largest distance. */
export const within = (radius: tf.Tensor, norms: tf.Tensor): tf.Tensor =>
	tf.minimum(tf.maximum(radius, epsilon), tf.max(norms));
