import * as tf from "@tensorflow/tfjs";
import { Random } from "../../src/index.js";

/** A plain tensor, so that the same numbers can be given to several engines. */
export interface Plain {
	readonly shape: readonly number[];
	readonly dtype: "float32" | "int32" | "bool";
	readonly values: readonly number[];
}

const sizeOf = (shape: readonly number[]): number =>
	shape.reduce((a, b) => a * b, 1);

/** Normal numbers, the same for the same shape and seed. */
export function normal(
	shape: readonly number[],
	{ seed = 0, scale = 1, shift = 0 } = {},
): Plain {
	const random = new Random("test", seed, ...shape);
	const values = Array.from({ length: sizeOf(shape) }, () =>
		Math.fround(random.normal(shift, scale)),
	);
	return { shape, dtype: "float32", values };
}

/** Positive numbers in [low, high). */
export function uniform(
	shape: readonly number[],
	low: number,
	high: number,
	seed = 0,
): Plain {
	const random = new Random("uniform", seed, ...shape);
	const values = Array.from({ length: sizeOf(shape) }, () =>
		Math.fround(random.uniform(low, high)),
	);
	return { shape, dtype: "float32", values };
}

/** Whole numbers in [low, high). */
export function integer(
	shape: readonly number[],
	low: number,
	high: number,
	seed = 0,
): Plain {
	const random = new Random("integer", seed, ...shape);
	const values = Array.from({ length: sizeOf(shape) }, () =>
		random.integer(low, high),
	);
	return { shape, dtype: "int32", values };
}

export function bool(shape: readonly number[], seed = 0): Plain {
	return { ...integer(shape, 0, 2, seed), dtype: "bool" };
}

export function toTensor({ values, shape, dtype }: Plain): tf.Tensor {
	return tf.tensor([...values], [...shape], dtype);
}

export function toPlain(tensor: tf.Tensor): Plain {
	return {
		shape: tensor.shape,
		dtype: tensor.dtype as Plain["dtype"],
		values: Array.from(tensor.dataSync()),
	};
}

/** The largest difference, in units of `rtol * |expected| + rtol * (largest expected)`. */
export function excess(actual: Plain, expected: Plain, rtol: number): number {
	const scale = expected.values.reduce(
		(most, x) => Math.max(most, Number.isFinite(x) ? Math.abs(x) : 0),
		0,
	);
	let worst = 0;
	expected.values.forEach((x, i) => {
		const y = actual.values[i] as number;
		if (Object.is(x, y) || x === y) return;
		const allowed = rtol * (Math.abs(x) + Math.min(1, scale));
		const difference = Math.abs(x - y) / allowed;
		worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
	});
	return worst;
}
