import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { number, oneOf, whole } from "../check/checks.js";
import type { Own } from "../own.js";
import { anchored, type Corrected, correctedCheck } from "./anchored.js";
import type {
	HeldOutRule,
	OptimizerRule,
	WeightAfter,
	WeightState,
} from "./optimizer-rule.js";
import {
	epsilon,
	radiusNumbers,
	radiusShapes,
	radiusSlots,
	radiusStep,
	within,
} from "./radius.js";
import { rowSums } from "./weight-facts.js";

/** How the radii learn within which weights are projected. */
export interface TpgmOptions extends Corrected {
	/** Distances of rows, sums of absolute differences, or of whole tensors, L2; `mars` by default. */
	readonly norm?: "mars" | "l2";
	/** The learning rate of the radii; 0.01 by default. */
	readonly rate?: number;
	/** They learn on a batch of held-out data in the first update, and then in each of so many; 1 by default. */
	readonly every?: number;
}

const checks: Checks<TpgmOptions> = {
	optimizer: correctedCheck,
	norm: oneOf(["mars", "l2"]),
	rate: number({ above: 0 }),
	every: whole({ from: 1 }),
};

type Numbers = Readonly<Record<string, tf.Tensor>>;
type Norms = (offset: tf.Tensor, state: WeightState) => tf.Tensor;

/** A weight of the backbone, how far it is from its start, and its radius. */
interface Held {
	readonly name: string;
	readonly state: WeightState;
	readonly offset: tf.Tensor;
	readonly norms: tf.Tensor;
	readonly radius: tf.Tensor;
}

const ratioOf = (radius: tf.Tensor, norms: tf.Tensor): tf.Tensor =>
	tf.div(radius, tf.add(norms, epsilon));

const projected = (
	{ state: { initial }, offset, norms }: Held,
	radius: tf.Tensor,
): tf.Tensor =>
	tf.add(tf.mul(offset, tf.clipByValue(ratioOf(radius, norms), 0, 1)), initial);

/** The slope of the loss along a radius, of the slopes at the projected weights. */
function radiusSlope(
	{ state, offset, norms, radius }: Held,
	slope: tf.Tensor,
	rows: (x: tf.Tensor, state: WeightState) => tf.Tensor,
): tf.Scalar {
	const ratio = ratioOf(radius, norms);
	const isWithin = tf.cast(
		tf.logicalAnd(tf.greater(ratio, 0), tf.less(ratio, 1)),
		"float32",
	);
	const along = rows(tf.mul(slope, offset), state);
	return tf.sum(
		tf.mul(isWithin, tf.div(along, tf.add(norms, epsilon))),
	) as tf.Scalar;
}

function projection(norm: "mars" | "l2", every: number): HeldOutRule {
	const rows = (x: tf.Tensor, { facts }: WeightState): tf.Tensor =>
		norm === "mars" ? rowSums(x, facts) : tf.sum(x);
	const normsOf: Norms = (offset, state) =>
		norm === "mars"
			? rows(tf.abs(offset), state)
			: tf.sqrt(tf.sum(tf.square(offset)));
	const heldOf = (name: string, state: WeightState, first: tf.Tensor): Held => {
		const offset = tf.sub(state.value, state.initial);
		const norms = normsOf(offset, state);
		const { radius: before } = state.slots as Numbers;
		// At the first use half of the least norm.
		const begun = tf.add(
			before as tf.Tensor,
			tf.mul(tf.div(tf.min(norms), 2), first),
		);
		return { name, state, offset, norms, radius: within(begun, norms) };
	};
	return {
		every,
		project(weights, numbers, slopes) {
			const first = (numbers as Numbers).radiusFirst as tf.Tensor;
			const all = Object.entries(weights)
				.filter(([, { facts }]) => !facts.isHead)
				.map(([name, state]) => heldOf(name, state, first));
			const found = slopes?.(
				Object.fromEntries(
					all.map((held) => [held.name, projected(held, held.radius)]),
				),
			);
			const after = all.map((held): readonly [string, WeightAfter] => {
				const slope = found?.[held.name];
				const { slots } = held.state;
				if (!slope) {
					const value = projected(held, held.radius);
					return [
						held.name,
						{ value, slots: { ...slots, radius: held.radius } },
					];
				}
				const along = radiusSlope(held, slope, rows);
				const { step, moments } = radiusStep(along, slots, numbers as Numbers);
				const radius = within(tf.sub(held.radius, step), held.norms);
				const value = projected(held, radius);
				return [held.name, { value, slots: { ...slots, ...moments, radius } }];
			});
			return Object.fromEntries(after);
		},
	};
}

/**
 * Trainable projected gradients: after each update, each weight of the backbone is projected to within a radius of where
 * it began, which learns on held-out data how far that should be.
 *
 * The task is one that `holdOut` gives. A step costs one more forward and backward pass wherever radii learn; `ftp` does
 * without. Tian et al., "Trainable projected gradient method for robust fine-tuning", 2023; PotatoTian/TPGM,
 * `utils/tpgm.py`.
 */
export function tpgm(options: TpgmOptions): Own<OptimizerRule, TpgmOptions> {
	checkOptions("tpgm", options, checks);
	return {
		name: "tpgm",
		options,
		source: { module: import.meta.url, name: tpgm.name },
		make: ({ optimizer, norm = "mars", rate = 0.01, every = 1 }) =>
			anchored(optimizer, {
				slots: radiusSlots,
				shapes: radiusShapes,
				numbers({ step }) {
					const count = Math.floor((step - 1) / every) + 1;
					return {
						radiusFirst: Number(step === 1),
						...radiusNumbers(count, rate),
					};
				},
				correct: ({ slots }, after) => ({
					...after,
					slots: { ...slots, ...after.slots },
				}),
				heldOut: projection(norm, every),
			}),
	};
}
