import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number } from "../check/checks.js";
import type { Own } from "../own.js";
import {
	anchored,
	type Corrected,
	type Correction,
	correctedCheck,
	ofBackbone,
} from "./anchored.js";
import type { OptimizerRule } from "./optimizer-rule.js";
import {
	epsilon,
	radiusNumbers,
	radiusShapes,
	radiusSlots,
	radiusStep,
	within,
} from "./radius.js";
import { rowSums, shapeOfRows } from "./weight-facts.js";

/** How the radii learn within which weights stay. */
export interface FtpOptions extends Corrected {
	/** What slopes that lead radii down are multiplied by: 1, the default, is strongest; with 0 radii only grow. */
	readonly k?: number;
	/** The learning rate of the radii; 0.01 by default. */
	readonly rate?: number;
}

const checks: Checks<FtpOptions> = {
	optimizer: correctedCheck,
	k: number({ from: 0, to: 1 }),
	rate: number({ above: 0 }),
};

const correction = ({ k, rate }: { k: number; rate: number }): Correction => ({
	slots: ["offset", "inverse", ...radiusSlots],
	shapes: {
		...radiusShapes,
		offset: ofBackbone((_, shape) => shape),
		inverse: ofBackbone((facts, shape) => shapeOfRows(shape, facts)),
	},
	numbers: ({ step }) => radiusNumbers(step, rate),
	correct({ gradient, initial, facts, slots }, after, numbers) {
		const offset = tf.sub(after.value, initial);
		const norms = tf.add(rowSums(tf.abs(offset), facts), epsilon);
		const along = rowSums(tf.mul(gradient, slots.offset as tf.Tensor), facts);
		const slope = tf.sum(tf.mul(along, slots.inverse as tf.Tensor));
		const annealed =
			k === 1 ? slope : tf.where(tf.greater(slope, 0), tf.mul(slope, k), slope);
		const { step, moments } = radiusStep(annealed, slots, numbers);
		// In the first step no slope is known: the radius is the least one.
		const radius = within(tf.sub(slots.radius as tf.Tensor, step), norms);
		const inverse = tf.div(1, norms);
		const share = tf.clipByValue(tf.mul(inverse, radius), 0, 1);
		return {
			value: tf.add(initial, tf.mul(offset, share)),
			slots: { ...after.slots, ...moments, radius, offset, inverse },
		};
	},
});

/**
 * Fast trainable projection: each weight of the backbone stays within a radius of where it began, which follows from the
 * slopes of training itself.
 *
 * Distances are of rows, one output channel each: the sum of absolute differences; a vector is one row. A radius grows
 * by about `rate` a step, so that short runs hardly leave the start. There is nothing to switch off: leave it out. Tian
 * et al., "Fast trainable projection for robust fine-tuning", 2023; GT-RIPL/FTP, `util/FTP.py`.
 */
export function ftp(options: FtpOptions): Own<OptimizerRule, FtpOptions> {
	checkOptions("ftp", options, checks);
	return {
		name: "ftp",
		options,
		source: { module: import.meta.url, name: ftp.name },
		make: ({ optimizer, k = 1, rate = 0.01 }) =>
			anchored(optimizer, correction({ k, rate })),
	};
}
