import * as tf from "@tensorflow/tfjs";
import type { NameFilter } from "../backbones/groups.js";
import { list } from "../check/checks.js";
import type { Params } from "../nn/params.js";
import type { Own } from "../own.js";
import { checkScalar } from "./output-loss.js";
import { checkMade, ownCheck } from "./own-check.js";

/**
 * What is added to the loss for the weights themselves: a scalar, of pure tensor operations, to be compiled.
 *
 * `weights` are those that the recipe trains, by their names in the state_dict, in TensorFlow.js's layout. One's own
 * regularizer is `{ name, options, make }` where `make` gives this of the options.
 */
export type Regularizer = (
	weights: Readonly<Record<string, tf.Tensor>>,
	about: {
		/** The same weights before the first step: the backbone's, and the task's own layers as they were drawn. */
		readonly initial: Readonly<Record<string, tf.Tensor>>;
		/** Tells the task's own layers. */
		readonly isHead: NameFilter;
	},
) => tf.Scalar;

/** The check of the regularizers of a recipe. */
export const regularizersCheck = list(ownCheck);

/** The sum of the regularizers of a recipe, and the initial weights that they compare with. */
export interface Regularization {
	(): tf.Scalar;
	dispose(): void;
}

/**
 * Prepares regularizers, if there are any, for weights as they are now, which must be as they are before the first step.
 */
export function regularization(
	regularizers: readonly Own<Regularizer>[] = [],
	weights: Params,
	isHead: NameFilter,
): Regularization | undefined {
	if (regularizers.length === 0) return undefined;
	const initial: Params = Object.fromEntries(
		Object.entries(weights).map(([name, variable]) => [
			name,
			// A copy of the numbers: a clone is the same memory, which training changes.
			tf.tidy(() =>
				tf.variable(
					tf.tensor(variable.dataSync<"float32">().slice(), variable.shape),
					false,
				),
			),
		]),
	);
	const made = regularizers.map((own) => {
		const of = own.make(own.options);
		checkMade(
			`the regularizer ${own.name}`,
			typeof of === "function",
			"a function (weights, { initial, isHead }) => scalar",
		);
		return { name: own.name, of };
	});
	const sum = () =>
		tf.addN(
			made.map(({ name, of }) =>
				checkScalar(
					`the regularizer ${name}`,
					of(weights, { initial, isHead }),
				),
			),
		) as tf.Scalar;
	return Object.assign(sum, { dispose: () => tf.dispose(initial) });
}
