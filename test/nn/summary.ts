import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";

/** A tensor of the reference: its statistics and every `stride`-th element, in PyTorch's layout. */
export interface Summary {
	readonly shape: readonly number[];
	readonly mean: number;
	readonly deviation: number;
	readonly stride: number;
	readonly sample: readonly number[];
}

/** Moves the axes of a feature map to PyTorch's order. */
export function channelsFirst(x: tf.Tensor): tf.Tensor {
	return x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x;
}

/**
 * Compares values in PyTorch's layout with the reference: shape, mean, deviation and samples.
 *
 * An element may be off by `rtol` of itself, `atol` of the deviation of its tensor, or of 1 if that is
 * smaller, and `spread` of that deviation; mean and deviation by a fifth of `spread`.
 */
export function assertMatches(
	label: string,
	{ shape, values }: { shape: readonly number[]; values: ArrayLike<number> },
	expected: Summary,
	{ rtol = 1e-3, atol = 1e-4, spread = 0 } = {},
): void {
	assert.deepEqual([...shape], [...expected.shape], `${label}: shape`);
	const numbers = Float64Array.from(values);
	const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
	const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
	const base = atol * Math.min(1, expected.deviation);
	const slack = spread * expected.deviation;
	const close = (
		what: string,
		actual: number,
		wanted: number,
		more = slack / 5,
	): void => {
		const allowed = rtol * Math.abs(wanted) + base + more;
		assert.ok(
			Math.abs(actual - wanted) <= allowed,
			`${label}: ${what} is ${actual}, not ${wanted} +- ${allowed}`,
		);
	};
	close("the mean", mean, expected.mean);
	const deviation = Math.sqrt(squares / numbers.length);
	close("the deviation", deviation, expected.deviation);
	expected.sample.forEach((wanted, i) => {
		const position = i * expected.stride;
		close(`element ${position}`, numbers[position] as number, wanted, slack);
	});
}
