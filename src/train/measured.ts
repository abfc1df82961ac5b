import * as tf from "@tensorflow/tfjs";
import type { Params } from "../nn/params.js";
import type { Gradients } from "./optimizer.js";
import type { Rhythm } from "./recipe.js";
import type { WeightFacts } from "./weight-facts.js";

/** What is measured of weights: a mean over batches of training, as the run sees them, before the first step. */
export interface Measured {
	/** How many, where one pass over the training set has `epoch`. */
	batches(epoch: number): number;
	/** How often it is measured anew, on the batches that come next; left out, before the first step alone. */
	readonly every?: Rhythm;
	/** Of one batch, of a weight and its gradient; undefined where nothing is measured of a weight. */
	of(weight: {
		readonly value: tf.Tensor;
		readonly gradient: tf.Tensor;
		readonly facts: WeightFacts;
	}): tf.Tensor | undefined;
	/** What becomes of all means together, by the names of the weights, each of its shape; not compiled. */
	finish?(
		means: Readonly<Record<string, tf.Tensor>>,
	): Readonly<Record<string, tf.Tensor>>;
}

/** A measurement of weights. */
export interface Measuring extends Pick<Measured, "batches" | "every"> {
	/** Adds what a batch says, to be compiled. */
	see(gradients: Gradients, share: tf.Scalar): void;
	/** Forgets what was measured. */
	begin(): void;
	/** Ends with what becomes of the means. */
	finish(): void;
}

/** Weights of which something is measured. */
export interface MeasuredWeights {
	readonly weights: Params;
	readonly factsOf: (name: string) => WeightFacts;
}

/** Where what is measured is kept, by the name of the weight, at zero. */
function placesFor(
	{ of }: Measured,
	{ weights, factsOf }: MeasuredWeights,
): Params {
	const places = Object.entries(weights).flatMap(([name, value]) => {
		const place = tf.tidy(() => {
			const gradient = tf.zerosLike(value);
			const found = of({ value, gradient, facts: factsOf(name) });
			return found && tf.variable(tf.zeros(found.shape), false);
		});
		return place ? [[name, place] as const] : [];
	});
	return Object.fromEntries(places);
}

/** Sets variables to zero. */
export const toZero = (variables: readonly tf.Variable[]): void =>
	tf.tidy(() => {
		for (const variable of variables) variable.assign(tf.zeros(variable.shape));
	});

/** Prepares a measurement; `places` are where it is kept, which the caller saves and frees. */
export function measuringOf(
	measured: Measured,
	given: MeasuredWeights,
): { readonly places: Params; readonly measuring: Measuring } {
	const places = placesFor(measured, given);
	const { weights, factsOf } = given;
	return {
		places,
		measuring: {
			batches: (epoch) => measured.batches(epoch),
			...(measured.every && { every: measured.every }),
			begin: () => toZero(Object.values(places)),
			see(gradients, share) {
				for (const [name, place] of Object.entries(places)) {
					const gradient = gradients[name];
					const value = weights[name] as tf.Variable;
					const found =
						gradient && measured.of({ value, gradient, facts: factsOf(name) });
					if (found) place.assign(tf.add(place, tf.mul(found, share)));
				}
			},
			finish: () =>
				tf.tidy(() => {
					const after = measured.finish?.(places) ?? {};
					for (const [name, value] of Object.entries(after))
						places[name]?.assign(value);
				}),
		},
	};
}
