import * as tf from "@tensorflow/tfjs";
import { compile } from "../engine/compile.js";
import type { Params } from "../nn/params.js";
import type { Batch } from "./batch.js";
import type { Gradients, StepNumbers } from "./optimizer.js";

/** Loss and gradients of a batch. */
export type Differentiate = (batch: Batch) => {
	readonly value: tf.Scalar;
	readonly gradients: Gradients;
};

/** The gradients with respect to the weights that are trained, as far as the loss depends on them. */
export function differentiator(
	loss: (batch: Batch) => tf.Scalar,
	trained: Params,
): Differentiate {
	return (batch) => {
		const { value, grads } = tf.variableGrads(
			() => loss(batch),
			Object.values(trained),
		);
		// Weights on which the loss does not depend have none.
		const gradients = Object.entries(trained)
			.map(([name, { name: unique }]) => [name, grads[unique]] as const)
			.filter(([, gradient]) => gradient);
		return { value, gradients: Object.fromEntries(gradients) as Gradients };
	};
}

/** What is done with the gradients of a whole batch. */
export type Apply<Numbers> = (gradients: Gradients, numbers: Numbers) => void;

/** What an update is told anew, by what it is for. */
export interface StepInputs {
	readonly optimizer: StepNumbers;
	/** The learning rates of all groups of weights, `[groups]`. */
	readonly rates?: tf.Tensor1D;
	/** Of how much of its past an average of the weights keeps. */
	readonly kept?: tf.Scalar;
}

/** Computes one part of a batch; the update comes with it or, where there are several, after all of them. */
export interface Parts<Numbers> {
	part(batch: Batch, numbers: Numbers): tf.Scalar;
	finish(numbers: Numbers): void;
	dispose(): void;
}

function undivided<Numbers extends object>(
	differentiate: Differentiate,
	apply: Apply<Numbers>,
	{ frozen }: { frozen: tf.Variable[] },
): Parts<Numbers> {
	const part = compile(
		(batch: Batch, numbers: Numbers) => {
			const { value, gradients } = differentiate(batch);
			apply(gradients, numbers);
			return value;
		},
		{ frozen },
	);
	return { part, finish: () => {}, dispose: () => part.dispose?.() };
}

function divided<Numbers extends object>(
	differentiate: Differentiate,
	apply: Apply<Numbers>,
	{
		trained,
		frozen,
		count,
	}: { trained: Params; frozen: tf.Variable[]; count: number },
): Parts<Numbers> {
	const sums: Params = Object.fromEntries(
		Object.entries(trained).map(([name, { shape }]) => [
			name,
			tf.tidy(() => tf.variable(tf.zeros(shape), false)),
		]),
	);
	const reached: Params = {};
	const add = compile(
		(batch: Batch) => {
			const { value, gradients } = differentiate(batch);
			for (const [name, gradient] of Object.entries(gradients)) {
				const sum = sums[name] as tf.Variable;
				reached[name] = sum;
				sum.assign(tf.add(sum, tf.div(gradient, count)));
			}
			return value;
		},
		{ frozen },
	);
	const finish = compile((numbers: Numbers) => {
		apply(reached, numbers);
		// Zeros, computed: a compiled function makes no update of a plain constant.
		for (const sum of Object.values(reached)) sum.assign(tf.sub(sum, sum));
	});
	return {
		part: add,
		finish,
		dispose() {
			tf.dispose(sums);
			add.dispose?.();
			finish.dispose?.();
		},
	};
}

/** Prepares the computation of batches in `count` parts. */
export const makeParts = <Numbers extends object>(
	differentiate: Differentiate,
	apply: Apply<Numbers>,
	given: { trained: Params; frozen: tf.Variable[]; count: number },
): Parts<Numbers> =>
	given.count === 1
		? undivided(differentiate, apply, given)
		: divided(differentiate, apply, given);
