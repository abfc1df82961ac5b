import type * as tf from "@tensorflow/tfjs";
import type { Measured } from "./measured.js";
import type { WeightFacts } from "./weight-facts.js";

/** What an update is made with, one rate and one weight decay for each group of weights. */
export interface UpdateAt {
	/** From 1 on, since slots were zero. */
	readonly step: number;
	/** The scheduled learning rates. */
	readonly rates: readonly number[];
	/** The optimizer's own momentum, or the schedule's. */
	readonly momentum: number;
	readonly weightDecays: readonly number[];
}

/** A weight before an update, and the gradient of the loss, clipped where the recipe says so. */
export interface WeightBefore<Slot extends string = string>
	extends WeightState<Slot> {
	readonly gradient: tf.Tensor;
}

/** A weight, and what an optimizer knows of it. */
export interface WeightState<Slot extends string = string> {
	readonly value: tf.Tensor;
	/** Its value before the first step, for a rule that is `anchored`; reading it in another one throws. */
	readonly initial: tf.Tensor;
	readonly facts: WeightFacts;
	/** What is remembered of it, each of its shape, or of that in `shapes`. */
	readonly slots: Readonly<Record<Slot, tf.Tensor>>;
	/** What was measured of it, where the rule measures. */
	readonly measured?: tf.Tensor | undefined;
	/** Of its group: a constant of the compiled step. */
	readonly weightDecay: number;
}

/** A weight after an update. */
export interface WeightAfter<Slot extends string = string> {
	readonly value: tf.Tensor;
	readonly slots: Readonly<Record<Slot, tf.Tensor>>;
}

/** The gradients at other values of some weights, by name; weights that the loss does not reach have none. */
export type Slopes = (
	values: Readonly<Record<string, tf.Tensor>>,
) => Readonly<Record<string, tf.Tensor>>;

/** What is done with all weights together after each update, now and then with a look at held-out data. */
export interface HeldOutRule<
	Slot extends string = string,
	Figure extends string = string,
> {
	/** The first update, and then each of so many, comes with a batch of the task's held-out data. */
	readonly every: number;
	/**
	 * Weights and slots that change, by the name of the weight: pure tensor operations, compiled.
	 *
	 * `slopes`, where there is a batch, gives the gradients of its loss, with the network in eval mode.
	 */
	project(
		weights: Readonly<Record<string, WeightState<Slot>>>,
		numbers: Readonly<Record<Figure, tf.Tensor>>,
		slopes?: Slopes,
	): Readonly<Record<string, WeightAfter<Slot>>>;
}

/**
 * How gradients become changes of the weights: one's own optimizer is `{ name, options, make }` where `make` gives
 * this of the options; SGD and AdamW are made the same way.
 *
 * Slots begin at zero and are saved with the run. Weights that the loss does not reach stay as they are.
 */
export interface OptimizerRule<
	Slot extends string = string,
	Figure extends string = string,
> {
	/** What is remembered of each weight between steps, by name; may be empty. */
	readonly slots: readonly Slot[];
	/**
	 * The shapes of slots that are not of the shape of their weight, such as `() => []` for one number; null where a
	 * weight, of the task's own layers, say, has none.
	 */
	readonly shapes?: Readonly<
		Partial<
			Record<
				Slot,
				(
					facts: WeightFacts,
					shape: readonly number[],
				) => readonly number[] | null
			>
		>
	>;
	/** What is measured of the weights; each time, slots are zero again and steps are counted anew. */
	readonly measured?: Measured;
	/** Whether it looks at the weights as they were before the first step, which are then remembered. */
	readonly anchored?: boolean;
	/** What is done with all weights together after each update. */
	readonly heldOut?: HeldOutRule<Slot, Figure>;
	/** What a schedule with a momentum changes: that of SGD, or the first beta of AdamW; left out where there is none. */
	readonly momentum?: number;
	/**
	 * What changes from step to step: a number for all weights, or a list of one for each group.
	 *
	 * The compiled step is given them anew; all other numbers in `update` are its constants.
	 */
	numbers(at: UpdateAt): Readonly<Record<Figure, number | readonly number[]>>;
	/** The weight and its slots after the update: pure tensor operations, compiled; numbers are scalars, of its group. */
	update(
		before: WeightBefore<Slot>,
		numbers: Readonly<Record<Figure, tf.Tensor>>,
	): WeightAfter<Slot>;
}
