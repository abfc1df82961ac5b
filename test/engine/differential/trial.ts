import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../../src/index.js";
import { normal, type Plain, toPlain, toTensor } from "../tensors.js";

/** One call of a kernel. */
export interface Drawn {
	/** By the names of the kernel's inputs; whole numbers where it takes a list. */
	readonly inputs: Readonly<Record<string, Plain>>;
	readonly attributes?: Readonly<Record<string, unknown>>;
	/** The inputs to whose gradients the kernel's own gradient is asked for, if any. */
	readonly differentiable?: readonly string[];
	/** What is right where the JavaScript kernel is not. */
	readonly expected?: Expected;
}

/** Results, then gradients, and why the JavaScript kernel is not asked. */
export interface Expected {
	readonly because: string;
	readonly results: (javascript: () => readonly Plain[]) => readonly Plain[];
}

/** A drawn call, and where it stands in the sequence of its family. */
export interface Trial extends Drawn {
	readonly kernel: string;
	readonly label: string;
}

/** Draws the calls of one kernel. */
export type Draw = (random: Random) => Drawn;

type Tensors = readonly tf.Tensor[];

function call({ kernel, inputs, attributes }: Trial, all: Tensors): Tensors {
	const names = Object.keys(inputs);
	const isList = names.every((name) => /^\d+$/.test(name));
	const named = isList
		? all
		: Object.fromEntries(names.map((name, i) => [name, all[i]]));
	return [
		tf.engine().runKernel(kernel, named as never, attributes as never),
	].flat() as tf.Tensor[];
}

/** What a trial gives on the backend in use: its results, then its gradients. */
export function attempt(
	trial: Trial,
	run: (fn: (...all: tf.Tensor[]) => tf.Tensor[]) => typeof fn,
): Plain[] {
	tf.engine().startScope();
	try {
		const given = Object.values(trial.inputs).map(toTensor);
		const forward = run((...all) => [...call(trial, all)]);
		const results = forward(...given);
		const plain = results.map(toPlain);
		if (!trial.differentiable) return plain;
		const weights = results.map(({ shape }, i) =>
			toTensor(normal(shape, { seed: 100 + i })),
		);
		const backward = run((...all) => gradients(trial, all, given.length));
		return [...plain, ...backward(...given, ...weights).map(toPlain)];
	} finally {
		tf.engine().endScope();
	}
}

// Of a weighted sum of the floating results.
function gradients(trial: Trial, all: Tensors, count: number): tf.Tensor[] {
	const names = Object.keys(trial.inputs);
	const places = (trial.differentiable ?? []).map((name) =>
		names.indexOf(name),
	);
	const loss = (...varied: tf.Tensor[]): tf.Scalar => {
		const inputs = all.slice(0, count);
		places.forEach((place, i) => {
			inputs[place] = varied[i] as tf.Tensor;
		});
		const terms = call(trial, inputs).flatMap((y, i) =>
			y.dtype === "float32"
				? [tf.sum(tf.mul(y, all[count + i] as tf.Tensor))]
				: [],
		);
		return tf.addN(terms) as tf.Scalar;
	};
	return tf.grads(loss)(places.map((place) => all[place] as tf.Tensor));
}

const written = (x: number): number | string =>
	Number.isFinite(x) && !Object.is(x, -0)
		? x
		: String(Object.is(x, -0) ? "-0" : x);

/** The kernel, shapes, attributes and elements of a trial, to repeat it by hand. */
export function describe({ label, kernel, inputs, attributes }: Trial): string {
	const list = Object.entries(inputs).map(
		([name, { dtype, shape, values }]) =>
			`${name}: ${dtype}[${shape}] ${JSON.stringify(values.slice(0, 64).map(written))}${values.length > 64 ? " ..." : ""}`,
	);
	return `${label} ${kernel}(${list.join("; ")}) ${JSON.stringify(attributes ?? {})}`;
}
