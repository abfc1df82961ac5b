/** What is computed of the rows that are real is what would be computed of all. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { BufferPool } from "../../src/engine/pool.js";
import {
	onRealRows,
	type PackedRows,
	packedLength,
} from "../../src/engine/real-rows.js";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { integer, normal, toTensor } from "./tensors.js";

const [batch, most, width, outer] = [2, 40, 6, 5];

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const lent = (): number =>
	(tf.backend() as unknown as { pool: BufferPool }).pool.lent;

const counted = (...counts: number[]): tf.Tensor1D =>
	tf.tensor1d(counts, "int32");

const given = () => ({
	x: toTensor(normal([batch, most, width])),
	shift: toTensor(integer([batch, most], 0, 9)),
});

/** Squares of products of each row, and the sum of all real ones with its gradients. */
function squares(lengths: number[] = []) {
	return ({ rows: [x, shift], isReal, others }: PackedRows) => {
		lengths.push(isReal.shape[0]);
		const sumOf = (...at: tf.Tensor[]): tf.Scalar => {
			const product = tf.square(
				tf.matMul(at[0] as tf.Tensor2D, at[1] as never),
			);
			return tf.sum(tf.mul(product, tf.expandDims(isReal, 1)));
		};
		const { value, grads } = tf.valueAndGrads(sumOf)([
			x as tf.Tensor,
			others[0] as tf.Tensor,
		]);
		const moved = tf.add(
			tf.matMul(x as tf.Tensor2D, others[0] as tf.Tensor2D),
			tf.expandDims(tf.cast(shift as tf.Tensor, "float32"), 1),
		);
		return {
			rows: [moved, grads[0] as tf.Tensor],
			others: [value, grads[1] as tf.Tensor],
		};
	};
}

const shapes = { rows: [[outer], [width]], others: [[], [width, outer]] };

function ofRows(lengths?: number[]) {
	return (
		x: tf.Tensor,
		shift: tf.Tensor,
		counts: tf.Tensor1D,
		weight: tf.Tensor,
	): tf.Tensor[] => {
		const made = onRealRows(
			{ rows: [x, shift], counts, others: [weight] },
			shapes,
			squares(lengths),
		);
		return [...made.rows, ...made.others];
	};
}

/** The same of all rows, those that are not real being counted as 0. */
function ofAll(
	{ x, shift }: ReturnType<typeof given>,
	counts: readonly number[],
	weight: tf.Tensor,
): tf.Tensor[] {
	const flat = counts.flatMap((count) =>
		Array.from({ length: most }, (_, i) => Number(i < count)),
	);
	const isReal = tf.tensor1d(flat, "float32");
	const made = squares()({
		rows: [tf.reshape(x, [-1, width]), tf.reshape(shift, [-1])],
		isReal,
		others: [weight],
	});
	const masked = made.rows.map((rows) =>
		tf.reshape(tf.mul(rows, tf.expandDims(isReal, 1)), [batch, most, -1]),
	);
	return [...masked, ...made.others];
}

function assertEqual(actual: tf.Tensor[], expected: tf.Tensor[]): void {
	assert.deepEqual(
		actual.map(({ shape }) => shape),
		expected.map(({ shape }) => shape),
	);
	actual.forEach((tensor, i) => {
		const wanted = (expected[i] as tf.Tensor).dataSync();
		const limit = 1e-5 * Math.max(1, ...wanted.map(Math.abs));
		tensor.dataSync().forEach((value, at) => {
			assert.ok(
				Math.abs(value - (wanted[at] as number)) <= limit,
				`element ${at} of result ${i} is ${value}, not ${wanted[at]}`,
			);
		});
	});
}

const cases = [
	[0, 0],
	[3, 0],
	[0, 9],
	[17, 40],
	[40, 40],
];

for (const kind of ["a variable", "a tensor", "a frozen variable"]) {
	for (const compiled of [true, false]) {
		test(`rows with ${kind}, ${compiled ? "compiled" : "eager"}`, () => {
			tf.tidy(() => {
				const plain = toTensor(normal([width, outer]));
				const weight = kind === "a tensor" ? plain : tf.variable(plain);
				const frozen = kind === "a frozen variable" ? [weight] : [];
				const fn = compiled
					? compile(ofRows(), { frozen: frozen as tf.Variable[] })
					: ofRows();
				for (const counts of cases) {
					const own = given();
					const made = fn(own.x, own.shift, counted(...counts), weight);
					assertEqual(made, ofAll(own, counts, weight));
				}
				if (compiled) (fn as ReturnType<typeof compile>).dispose?.();
				if (weight instanceof tf.Variable) weight.dispose();
			});
		});
	}
}

test("a variable is read as it is at each call", () => {
	tf.tidy(() => {
		const weight = tf.variable(toTensor(normal([width, outer])));
		for (const frozen of [[], [weight]]) {
			const fn = compile(ofRows(), { frozen });
			for (const _ of [1, 2]) {
				const own = given();
				const made = fn(own.x, own.shift, counted(3, 4), weight);
				assertEqual(made, ofAll(own, [3, 4], weight));
				weight.assign(toTensor(normal([width, outer])));
			}
			fn.dispose?.();
		}
		weight.dispose();
	});
});

test("what the function has assigned a variable is what the rows are computed with", () => {
	tf.tidy(() => {
		const weight = tf.variable(toTensor(normal([width, outer])));
		const before = weight.clone();
		const step = compile(
			(x: tf.Tensor, shift: tf.Tensor, counts: tf.Tensor1D) => {
				weight.assign(tf.mul(weight, 2));
				return ofRows()(x, shift, counts, weight);
			},
		);
		const own = given();
		const made = step(own.x, own.shift, counted(2, 5));
		assertEqual(made, ofAll(own, [2, 5], tf.mul(before, 2)));
		step.dispose?.();
		weight.dispose();
	});
});

test("few lengths are compiled, and the first once more where there are others", () => {
	assert.deepEqual(
		[0, 8, 9, 12, 13, 17, 25, 33, 49, 100].map((real) =>
			packedLength(real, 100),
		),
		[8, 8, 12, 12, 16, 24, 32, 48, 64, 100],
	);
	assert.equal(packedLength(1, 2), 2);
	const lengths: number[] = [];
	tf.tidy(() => {
		const weight = tf.variable(toTensor(normal([width, outer])));
		const fn = compile(ofRows(lengths));
		const { x, shift } = given();
		for (const counts of [
			[3, 4],
			[8, 0],
			[20, 20],
			[5, 0],
			[33, 14],
		])
			fn(x, shift, counted(...counts), weight);
		assert.deepEqual(lengths, [8, 48, 8]);
		fn.dispose?.();
		weight.dispose();
	});
});

test("gradients go through what is computed of real rows", () => {
	const weight = tf.variable(toTensor(normal([width, outer])));
	const loss = (x: tf.Tensor, shift: tf.Tensor, counts: tf.Tensor1D) =>
		tf.customGrad((...inputs) => {
			const [at, by, save] = inputs as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
			const [, slope, value, own] = ofRows()(at, shift, counts, by);
			save([slope, own] as tf.Tensor[]);
			return {
				value: value as tf.Scalar,
				gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
					saved.map((one) => tf.mul(one, dy)),
			};
		})(x, weight) as tf.Scalar;
	const step = (x: tf.Tensor, shift: tf.Tensor, counts: tf.Tensor1D) => {
		const { grads } = tf.variableGrads(
			() => tf.mul(loss(tf.mul(x, 3), shift, counts), 0.5),
			[weight],
		);
		return [grads[weight.name] as tf.Tensor];
	};
	tf.tidy(() => {
		const { x, shift } = given();
		const wanted = ofAll({ x: tf.mul(x, 3), shift }, [6, 11], weight)[3];
		const half = [tf.mul(wanted as tf.Tensor, 0.5)];
		const compiled = compile(step);
		assertEqual(step(x, shift, counted(6, 11)), half);
		assertEqual(compiled(x, shift, counted(6, 11)), half);
		compiled.dispose?.();
	});
	weight.dispose();
});

test("no tensors and no buffers are kept", () => {
	const weight = tf.variable(toTensor(normal([width, outer])));
	const fn = compile(ofRows());
	const run = (): void => {
		for (const counts of cases) {
			tf.tidy(() => {
				const { x, shift } = given();
				for (const one of fn(x, shift, counted(...counts), weight))
					one.dataSync();
			});
		}
	};
	run();
	const before = [tf.memory().numTensors, lent()];
	for (let i = 0; i < 5; i++) run();
	assert.deepEqual([tf.memory().numTensors, lent()], before);
	fn.dispose?.();
	weight.dispose();
});
