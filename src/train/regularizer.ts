import * as tf from "@tensorflow/tfjs";
import type { NameFilter } from "../backbones/groups.js";
import { list } from "../check/checks.js";
import type { Params } from "../nn/params.js";
import type { Own } from "../own.js";
import { type Measured, type Measuring, measuringOf } from "./measured.js";
import type { Gradients } from "./optimizer.js";
import { copyOf } from "./optimizer-weight.js";
import { checkScalar } from "./output-loss.js";
import { checkMade, ownCheck } from "./own-check.js";
import type { WeightFacts } from "./weight-facts.js";

/**
 * What is added to the loss for the weights themselves: a scalar, of pure tensor operations, to be compiled.
 *
 * `weights` are those that the recipe trains, by their names in the state_dict, in TensorFlow.js's layout.
 */
export type LossRegularizer = (
	weights: Readonly<Record<string, tf.Tensor>>,
	about: {
		/** The same weights before the first step: the backbone's, and the task's own layers as they were drawn. */
		readonly initial: Readonly<Record<string, tf.Tensor>>;
		/** Tells the task's own layers. */
		readonly isHead: NameFilter;
		/** PyTorch's shape of a weight, and where its axes are. */
		readonly factsOf: (name: string) => WeightFacts;
	},
) => tf.Scalar;

/** A weight that is pulled. */
export interface PulledWeight {
	readonly value: tf.Tensor;
	/** Before the first step. */
	readonly initial: tf.Tensor;
	readonly facts: WeightFacts;
	/** The learning rate of this update. */
	readonly rate: tf.Scalar;
	/** What was measured of it, where the regularizer measures. */
	readonly measured: tf.Tensor | undefined;
}

/** What is added to the gradients of weights, after they are clipped: pure tensor operations, to be compiled. */
export interface PullRegularizer {
	readonly measured?: Measured;
	/** Of one weight, of its shape; undefined where it is left alone. */
	pull(weight: PulledWeight): tf.Tensor | undefined;
}

/**
 * What keeps weights from going astray: a term of the loss, or a pull on their gradients.
 *
 * One's own regularizer is `{ name, options, make }` where `make` gives this of the options.
 */
export type Regularizer = LossRegularizer | PullRegularizer;

/** The check of the regularizers of a recipe. */
export const regularizersCheck = list(ownCheck);

/** The regularizers of a recipe, and the initial weights that they compare with. */
export interface Regularization {
	/** The sum of the terms of the loss; undefined where there are none. */
	readonly loss: (() => tf.Scalar) | undefined;
	/** Gradients with all that pulls; `rateOf` gives the learning rate of a weight. Undefined where nothing does. */
	readonly pull:
		| ((gradients: Gradients, rateOf: (name: string) => tf.Scalar) => Gradients)
		| undefined;
	readonly measuring: readonly Measuring[];
	/** What was measured, by `measured by/<name of the regularizer>/<name of the weight>`. */
	readonly slots: Params;
	dispose(): void;
}

type Made = { readonly name: string; readonly of: Regularizer };

function makeAll(regularizers: readonly Own<Regularizer>[]): Made[] {
	return regularizers.map((own) => {
		const of = own.make(own.options);
		checkMade(
			`the regularizer ${own.name}`,
			typeof of === "function" ||
				typeof (of as Partial<PullRegularizer>)?.pull === "function",
			"a function (weights, { initial, isHead }) => scalar, or { pull }, a function (weight) => tensor",
		);
		return { name: own.name, of };
	});
}

/** Throws where two that measure have one name, by which a saved state would mistake them. */
function checkNames(made: readonly Made[]): void {
	const names = made.flatMap(({ name, of }) =>
		typeof of !== "function" && of.measured ? [name] : [],
	);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined)
		throw new Error(
			`the recipe cannot be followed: two of its regularizers that measure are called ${twice}: give each a name of its own`,
		);
}

/** Weights that are regularized, as they are before the first step. */
export interface Regularized {
	readonly weights: Params;
	readonly isHead: NameFilter;
	readonly factsOf: (name: string) => WeightFacts;
}

interface Puller extends Made {
	readonly of: PullRegularizer;
	readonly places: Params;
	readonly measuring: readonly Measuring[];
}

function checkPull(
	name: string,
	given: unknown,
	{ shape }: tf.Tensor,
): tf.Tensor {
	if (given instanceof tf.Tensor && tf.util.arraysEqual(given.shape, shape))
		return given;
	throw new TypeError(
		`the pull of the regularizer ${name} must be a tensor [${shape.join(", ")}], as its weight is`,
	);
}

function pullAll(
	pullers: readonly Puller[],
	{ weights, factsOf }: Regularized,
	initial: Params,
): NonNullable<Regularization["pull"]> {
	return (gradients, rateOf) =>
		Object.fromEntries(
			Object.entries(gradients).map(([name, gradient]) => {
				const value = weights[name] as tf.Variable;
				const pulls = pullers.flatMap(({ name: puller, of, places }) => {
					const given = of.pull({
						value,
						initial: initial[name] as tf.Variable,
						facts: factsOf(name),
						rate: rateOf(name),
						measured: places[name],
					});
					return given ? [checkPull(puller, given, value)] : [];
				});
				const sum = pulls.reduce((sum, pull) => tf.add(sum, pull), gradient);
				return [name, sum];
			}),
		);
}

/**
 * Prepares regularizers, if there are any, for weights as they are now, which must be as they are before the first step.
 */
export function regularization(
	regularizers: readonly Own<Regularizer>[] = [],
	regularized: Regularized,
): Regularization | undefined {
	if (regularizers.length === 0) return undefined;
	const { weights, isHead, factsOf } = regularized;
	const initial: Params = Object.fromEntries(
		Object.entries(weights).map(([name, variable]) => [name, copyOf(variable)]),
	);
	const made = makeAll(regularizers);
	checkNames(made);
	const losses = made.flatMap(({ name, of }) =>
		typeof of === "function" ? [{ name, of }] : [],
	);
	const pullers = made.flatMap(({ name, of }): Puller[] => {
		if (typeof of === "function") return [];
		if (!of.measured) return [{ name, of, places: {}, measuring: [] }];
		const { places, measuring } = measuringOf(of.measured, regularized);
		return [{ name, of, places, measuring: [measuring] }];
	});
	const about = { initial, isHead, factsOf };
	const slots = Object.fromEntries(
		pullers.flatMap(({ name, places }) =>
			Object.entries(places).map(([weight, place]) => [
				`measured by/${name}/${weight}`,
				place,
			]),
		),
	);
	return {
		loss:
			losses.length === 0
				? undefined
				: () =>
						tf.addN(
							losses.map(({ name, of }) =>
								checkScalar(`the regularizer ${name}`, of(weights, about)),
							),
						) as tf.Scalar,
		pull:
			pullers.length === 0 ? undefined : pullAll(pullers, regularized, initial),
		measuring: pullers.flatMap(({ measuring }) => measuring),
		slots,
		dispose: () =>
			tf.dispose([...Object.values(initial), ...Object.values(slots)]),
	};
}
