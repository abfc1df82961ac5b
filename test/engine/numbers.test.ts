/** NaN, infinities, long sums and indices out of range, as NumPy and PyTorch have them. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { adaptiveAveragePool } from "../../src/nn/adaptive-average-pool.js";
import { resizeBilinear } from "../../src/nn/resize.js";
import { compile } from "../../src/parts.js";

type OfTensors = (...all: tf.Tensor[]) => tf.Tensor;
type T4 = tf.Tensor4D;

before(async () => {
	await useEngine("onnxruntime");
});

/** What a function gives eagerly and compiled. */
function bothWays(fn: OfTensors, ...given: tf.Tensor[]): number[][] {
	return [fn, compile(fn)].map((run) =>
		tf.tidy(() => Array.from(run(...given).dataSync())),
	);
}

function gives(expected: number[], fn: OfTensors, ...given: tf.Tensor[]): void {
	for (const actual of bothWays(fn, ...given))
		assert.deepEqual(actual, expected);
}

const nan = Number.NaN;

test("log1p of infinity is infinity", () => {
	gives(
		[Infinity, nan, 0],
		(x) => tf.log1p(x),
		tf.tensor1d([Infinity, -Infinity, 0]),
	);
});

test("a slope of infinity or NaN does not touch what is above 0", () => {
	const slopes = tf.tensor1d([nan, Infinity, -Infinity, 2]);
	gives(
		[1, 2, 0, -2],
		(x, a) => tf.prelu(x, a),
		tf.tensor1d([1, 2, 0, -1]),
		slopes,
	);
});

// Each of the lengths takes another way through ONNX Runtime.
for (const length of [2, 9, 40, 1000]) {
	test(`the largest and smallest of ${length} numbers is NaN wherever there is one`, () => {
		for (const place of new Set([0, 1, length >> 1, length - 1])) {
			const line = Array.from({ length }, (_, i) => (i * 7) % 5);
			line[(place + 1) % length] = Infinity;
			line[place] = nan;
			const row = tf.tensor2d([line, line.map((_, i) => i - 1)]);
			const column = tf.transpose(row);
			gives([nan, length - 2], (x) => tf.max(x, 1), row);
			gives([nan, -1], (x) => tf.min(x, 0), column);
			gives([place, length - 1], (x) => tf.argMax(x, 1), row);
			gives([place, 0], (x) => tf.argMin(x, 0), column);
			gives([nan], (x) => tf.max(x), row);
			gives(
				[nan, Infinity],
				(x) => tf.topk(tf.slice(x, [0, 0], [1, -1]), 2).values,
				row,
			);
		}
	});
}

test("an infinity of each sign is no NaN", () => {
	const x = tf.tensor1d([1, Infinity, -Infinity, 2]);
	gives([Infinity], (x) => tf.max(x), x);
	gives([-Infinity], (x) => tf.min(x), x);
	gives([1, 2], (x) => tf.stack([tf.argMax(x), tf.argMin(x)]), x);
});

test("a window that sees a NaN has one as its largest", () => {
	for (let place = 0; place < 9; place++) {
		const pixels = Array.from({ length: 25 }, (_, i) => i);
		pixels[Math.floor(place / 3) * 5 + (place % 3)] = nan;
		const x = tf.tensor4d(pixels, [1, 5, 5, 1]);
		const seesIt = (row: number, column: number): boolean =>
			place / 3 >= 2 * row && place % 3 >= 2 * column;
		const expected = [0, 1].flatMap((row) =>
			[0, 1].map((column) =>
				seesIt(row, column) ? nan : 12 + 10 * row + 2 * column,
			),
		);
		gives(expected, (x) => tf.maxPool(x as T4, 3, 2, "valid"), x);
	}
});

// NumPy: numpy.full(n, 0.1, numpy.float32).mean() is 0.1 to seven digits.
const long: [shape: number[], axes: number[]][] = [
	[
		[1024, 1024],
		[0, 1],
	],
	[[1048573], [0]],
	[[2 * 524287], [0]],
	[[300_007, 3], [0]],
	[[2, 70_001, 3], [1]],
	[[2, 65536], [1]],
	[
		[512, 3, 512],
		[0, 2],
	],
];
for (const [shape, axes] of long) {
	test(`the mean of [${shape}] times 0.1 over ${axes} is 0.1, and the sum as exact`, () => {
		const x = tf.fill(shape, 0.1);
		const count = axes.reduce((n, axis) => n * (shape[axis] as number), 1);
		const one = Math.fround(0.1);
		for (const values of bothWays((x) => tf.mean(x, axes), x))
			for (const value of values)
				assert.ok(Math.abs(value / one - 1) < 1e-6, `${value}`);
		for (const values of bothWays((x) => tf.sum(x, axes), x))
			for (const value of values)
				assert.ok(Math.abs(value / (count * one) - 1) < 1e-6, `${value}`);
		x.dispose();
	});
}

test("a long sum keeps an infinity and a NaN, and one of whole numbers is exact", () => {
	const numbers = new Float32Array(10_007).fill(1);
	numbers[9_999] = Infinity;
	gives([Infinity], (x) => tf.sum(x), tf.tensor1d(numbers));
	numbers[3] = nan;
	gives([nan], (x) => tf.sum(x), tf.tensor1d(numbers));
	const whole = Int32Array.from({ length: 10_007 }, (_, i) => i);
	gives([(10_007 * 10_006) / 2], (x) => tf.sum(x), tf.tensor1d(whole));
});

test("a product over an axis of no length is 0, compiled too", () => {
	const [a, b] = [tf.zeros([40, 0]), tf.zeros([30, 0])];
	const zeros = Array<number>(1200).fill(0);
	gives(zeros, (x, y) => tf.matMul(x, y, false, true), a, b);
	gives(zeros, (x, y) => tf.matMul(tf.transpose(x), y, true, true), a, b);
});

/** The places of the pixels that are not finite. */
const spoiled = (fn: (x: T4) => tf.Tensor, x: T4): string[][] =>
	bothWays(fn as OfTensors, x).map((values) =>
		values.flatMap((value, i) =>
			Number.isFinite(value) ? [] : [`${i} ${value}`],
		),
	);

function imageWith(value: number, [row, column]: [number, number]): T4 {
	const pixels = Array.from({ length: 64 }, (_, i) => i / 64);
	pixels[row * 8 + column] = value;
	return tf.tensor4d(pixels, [1, 8, 8, 1]);
}

for (const value of [nan, Infinity, -Infinity]) {
	test(`resizing keeps ${value} to the pixels that read it, forwards and backwards`, () => {
		// Row and column 4 of 8 are read by 7 to 10 of 16.
		const expected = [7, 8, 9, 10].flatMap((row) =>
			[7, 8, 9, 10].map((column) => `${row * 16 + column} ${value}`),
		);
		const x = imageWith(value, [4, 4]);
		for (const resize of [
			(x: T4) => resizeBilinear(x, [16, 16]),
			(x: T4) => tf.image.resizeBilinear(x, [16, 16], false, true),
		])
			for (const actual of spoiled(resize, x))
				assert.deepEqual(actual, expected);
		// Row and column 2 of 4 are between 4 and 5 of 8, and 1 of 4 is between 2 and 3.
		const back = (x: T4) =>
			tf.grad((small) =>
				tf.sum(tf.mul(resizeBilinear(small as T4, [8, 8]), x)),
			)(tf.zeros([1, 4, 4, 1]));
		const read = [1, 2].flatMap((row) =>
			[1, 2].map((column) => `${row * 4 + column} ${value}`),
		);
		for (const actual of spoiled(back, x)) assert.deepEqual(actual, read);
	});
}

test("the nearest pixel's gradient and the means of parts keep a NaN where it is", () => {
	const x = imageWith(nan, [4, 4]);
	const nearest = (x: T4) =>
		tf.grad((small) =>
			tf.sum(tf.mul(tf.image.resizeNearestNeighbor(small as T4, [8, 8]), x)),
		)(tf.zeros([1, 4, 4, 1]));
	for (const actual of spoiled(nearest, x))
		assert.deepEqual(actual, ["10 NaN"]);
	const means = (x: T4) => adaptiveAveragePool(x, [3, 3]);
	for (const actual of spoiled(means, x)) assert.deepEqual(actual, ["4 NaN"]);
});

const table = (): tf.Tensor2D => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);

const indexed: Record<string, (index: tf.Tensor1D) => tf.Tensor> = {
	gather: (index) => tf.gather(table(), index),
	"gather along the last axis": (index) =>
		tf.gather(tf.transpose(table()), index, 1),
	gatherND: (index) => tf.gatherND(table(), tf.reshape(index, [-1, 1])),
	scatterND: (index) =>
		tf.scatterND(tf.reshape(index, [-1, 1]), tf.ones([2, 2]), [3, 2]),
	tensorScatterUpdate: (index) =>
		tf.tensorScatterUpdate(
			table(),
			tf.reshape(index, [-1, 1]),
			tf.ones([2, 2]),
		),
};

for (const [name, fn] of Object.entries(indexed)) {
	test(`${name} refuses indices out of range, and its compiled form too`, () => {
		const compiled = compile(fn);
		tf.tidy(() => {
			assert.equal(compiled(tf.tensor1d([0, 2], "int32")).size > 0, true);
			for (const outside of [-1, -3, 3, 7, -(2 ** 31)]) {
				const index = tf.tensor1d([0, outside], "int32");
				assert.throws(() => fn(index), /out of range|out of bounds/);
				assert.throws(() => compiled(index), /out of|invalid ind/i);
				const constant = compile((x: tf.Tensor) =>
					tf.add(fn(index), tf.sum(x)),
				);
				assert.throws(() => constant(tf.scalar(1)), /out of range/);
			}
		});
	});
}

test("a class out of range has no place in a one-hot row, as in TensorFlow", () => {
	const labels = tf.tensor1d([0, -1, 3], "int32");
	gives(
		[1, 0, 0, 0, 0, 0, 0, 0, 0],
		(x) => tf.oneHot(x as tf.Tensor1D, 3),
		labels,
	);
});
