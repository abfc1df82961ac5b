import type * as tf from "@tensorflow/tfjs";

/** What an update is made with, one rate and one weight decay for each group of weights. */
export interface UpdateAt {
	/** From 1 on. */
	readonly step: number;
	/** The scheduled learning rates. */
	readonly rates: readonly number[];
	/** The optimizer's own momentum, or the schedule's. */
	readonly momentum: number;
	readonly weightDecays: readonly number[];
}

/** A weight before an update, and the gradient of the loss, clipped where the recipe says so. */
export interface WeightBefore<Slot extends string = string> {
	readonly value: tf.Tensor;
	readonly gradient: tf.Tensor;
	/** What is remembered of it, each of its shape. */
	readonly slots: Readonly<Record<Slot, tf.Tensor>>;
	/** Of its group: a constant of the compiled step. */
	readonly weightDecay: number;
}

/** A weight after an update. */
export interface WeightAfter<Slot extends string = string> {
	readonly value: tf.Tensor;
	readonly slots: Readonly<Record<Slot, tf.Tensor>>;
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
