import * as tf from "@tensorflow/tfjs";
import { Random } from "../random.js";

/** Named weights, keyed exactly as in the PyTorch state_dict they came from, in TensorFlow.js's layout. */
export type Params = Record<string, tf.Variable>;

/** The distribution of a weight before training: one number, normal around 0, or uniform in [-bound, bound). */
export type Initial =
	| { readonly constant: number }
	| { readonly deviation: number }
	| { readonly bound: number };

/** One weight of a model, as PyTorch declares it. */
export interface ParamSpec {
	/** In PyTorch's order of axes. */
	readonly shape: readonly number[];
	/** The same numbers by more axes, for `axes` to move: where PyTorch has flattened feature maps. */
	readonly view?: readonly number[];
	/** PyTorch's axes, or those of the view, in TensorFlow.js's order; left out where the orders agree. */
	readonly axes?: readonly number[];
	readonly initial: Initial;
	/** Changed by the forward pass in train mode, not by gradients. */
	readonly statistic?: boolean;
	/** May be missing from a checkpoint; it then gets its initial values. */
	readonly optional?: boolean;
}

/** The weights of a model or a layer, by name, in the order of the state_dict. */
export type ParamSpecs = Readonly<Record<string, ParamSpec>>;

/** The weight of that name; throws where the model has none. */
export function param(params: Params, name: string): tf.Variable {
	const found = params[name];
	if (!found) throw new Error(`the model has no weight "${name}"`);
	return found;
}

/** How many numbers training changes: what PyTorch counts as parameters, running statistics left out. */
export function parameterCount(specs: ParamSpecs): number {
	return Object.values(specs)
		.filter(({ statistic }) => !statistic)
		.reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0);
}

/**
 * The values of a weight before training, in PyTorch's layout.
 *
 * They depend on the seed and the name alone, not on the other weights of the model.
 */
export function initialValues(
	name: string,
	{ shape, initial }: ParamSpec,
	seed: number,
): Float32Array {
	const values = new Float32Array(tf.util.sizeFromShape([...shape]));
	if ("constant" in initial) return values.fill(initial.constant);
	const random = new Random("initial", name, seed);
	for (let i = 0; i < values.length; i++) {
		values[i] =
			"bound" in initial
				? random.uniform(-initial.bound, initial.bound)
				: random.normal(0, initial.deviation);
	}
	return values;
}

/** Makes the variable of a weight from values in PyTorch's layout, which are copied. */
export function makeParam(
	{ shape, view = shape, axes, statistic }: ParamSpec,
	values: Float32Array,
): tf.Variable {
	return tf.tidy(() => {
		const given = tf.tensor(axes ? values : values.slice(), [...view]);
		const laidOut = axes ? tf.transpose(given, [...axes]) : given;
		return tf.variable(laidOut, !statistic);
	});
}

/** The values of a weight, or of its gradient, in PyTorch's layout, as a copy. */
export function paramValues(
	weight: tf.Tensor,
	{ axes }: ParamSpec,
): Float32Array {
	if (!axes) return weight.dataSync<"float32">().slice();
	const inverse = axes.map((_, axis) => axes.indexOf(axis));
	// Not in a tidy, which would look for tensors in every number that it returns.
	const moved = tf.transpose(weight, inverse);
	const values = moved.dataSync<"float32">();
	moved.dispose();
	return values;
}
