/** A small residual network with all that a training step has: compiled, it is the eager one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random, useEngine } from "../../src/index.js";
import { batchNorm, batchNormParams } from "../../src/nn/batch-norm.js";
import { compile, drawUniform } from "../../src/parts.js";
import {
	excess,
	integer,
	normal,
	toPlain,
	toTensor,
	uniform,
} from "./tensors.js";

type Params = Record<string, tf.Variable>;

const classes = 5;
const rtol = 2e-4;
const learningRate = 0.1;
const momentum = 0.9;
const dropRate = 0.25;

const filterShapes: Record<string, number[]> = {
	stem: [3, 3, 3, 16],
	inner: [3, 3, 16, 16],
	outer: [1, 1, 16, 16],
	shortcut: [1, 1, 16, 16],
	head: [16, classes],
};

function network(): Params {
	const params: Params = {};
	Object.entries(filterShapes).forEach(([name, shape], seed) => {
		params[name] = tf.variable(toTensor(normal(shape, { seed, scale: 0.2 })));
	});
	for (const name of ["norm1", "norm2"]) {
		for (const [key, { shape, initial, statistic }] of Object.entries(
			batchNormParams(name, 16),
		)) {
			const { constant } = initial as { constant: number };
			params[key] = tf.variable(tf.fill([...shape], constant), !statistic);
		}
	}
	return params;
}

function logits(
	params: Params,
	images: tf.Tensor4D,
	random: Random,
): tf.Tensor2D {
	const weight = (name: string) => params[name] as tf.Variable<tf.Rank.R4>;
	const train = { mode: "train" } as const;
	let x: tf.Tensor4D = tf.conv2d(images, weight("stem"), 1, "same");
	x = tf.relu(batchNorm(params, "norm1", x, train));
	const pooled = tf.maxPool(x, 3, 2, "same");
	let y: tf.Tensor4D = tf.conv2d(pooled, weight("inner"), 1, "same");
	y = tf.relu(batchNorm(params, "norm2", y, train));
	const kept = tf.floor(
		tf.add(drawUniform(y.shape, random), 1 - dropRate),
	) as tf.Tensor4D;
	y = tf.div(tf.mul(y, kept), 1 - dropRate);
	y = tf.conv2d(y, weight("outer"), 1, "valid");
	y = tf.add(y, tf.conv2d(pooled, weight("shortcut"), 1, "valid"));
	y = tf.image.resizeBilinear(tf.relu(y), [9, 7], true);
	const features = tf.mean(tf.avgPool(y, 2, 1, "valid"), [1, 2]);
	return tf.matMul(
		features as tf.Tensor2D,
		params.head as tf.Variable<tf.Rank.R2>,
	);
}

/** One step of a training loop of our own, and everything that can be seen of it. */
function trainer(run: typeof compile): {
	params: Params;
	step(images: tf.Tensor4D, labels: tf.Tensor1D): tf.Tensor[];
} {
	const params = network();
	const weights = Object.values(params).filter(({ trainable }) => trainable);
	const velocities = weights.map((weight) => tf.variable(tf.zerosLike(weight)));
	const random = new Random("dropout", 1);
	const step = run((images: tf.Tensor4D, labels: tf.Tensor1D): tf.Tensor[] =>
		tf.tidy(() => {
			const { value, grads } = tf.variableGrads(
				() =>
					tf.losses.softmaxCrossEntropy(
						tf.oneHot(labels, classes),
						logits(params, images, random),
					),
				weights,
			);
			weights.forEach((weight, i) => {
				const velocity = velocities[i] as tf.Variable;
				const gradient = grads[weight.name] as tf.Tensor;
				velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
				weight.assign(tf.sub(weight, tf.mul(velocity, learningRate)));
			});
			return [value, ...weights.map(({ name }) => grads[name] as tf.Tensor)];
		}),
	);
	return { params, step };
}

const images = (seed: number): tf.Tensor4D =>
	toTensor(normal([4, 9, 9, 3], { seed })) as tf.Tensor4D;
const labels = (seed: number): tf.Tensor1D =>
	toTensor(integer([4], 0, classes, seed)) as tf.Tensor1D;

function assertClose(
	actual: tf.Tensor,
	expected: tf.Tensor,
	what: string,
): void {
	const worst = excess(toPlain(actual), toPlain(expected), rtol);
	assert.ok(worst <= 1, `${what} is off by ${worst} tolerances`);
}

for (const threads of [1, 2]) {
	test(`ten compiled training steps equal ten eager ones, ${threads} threads`, async () => {
		await useEngine("onnxruntime", { threads });
		const eager = trainer((fn) => fn);
		const compiled = trainer(compile);
		for (let step = 0; step < 10; step++) {
			const expected = eager.step(images(step), labels(step));
			const actual = compiled.step(images(step), labels(step));
			assert.equal(actual.length, expected.length);
			expected.forEach((tensor, i) => {
				assertClose(
					actual[i] as tf.Tensor,
					tensor,
					`step ${step}, result ${i}`,
				);
			});
		}
		for (const [name, variable] of Object.entries(eager.params)) {
			assertClose(compiled.params[name] as tf.Variable, variable, name);
		}
	});
}

test("the eager steps equal those of the JavaScript kernels", async () => {
	await useEngine("onnxruntime");
	const made = trainer((fn) => fn);
	const actual = [0, 1, 2].map((step) => made.step(images(step), labels(step)));
	const values = actual.map((tensors) => tensors.map(toPlain));
	await tf.setBackend("cpu");
	const plain = trainer((fn) => fn);
	values.forEach((results, step) => {
		const expected = plain.step(images(step), labels(step));
		results.forEach((result, i) => {
			const worst = excess(result, toPlain(expected[i] as tf.Tensor), rtol);
			assert.ok(worst <= 1, `step ${step}, result ${i} is off by ${worst}`);
		});
	});
});

test("optimizers of TensorFlow.js can be compiled", async () => {
	await useEngine("onnxruntime");
	const target = toTensor(normal([6, 3]));
	for (const make of [tf.train.sgd, tf.train.adam]) {
		const trained = (compiled: boolean): tf.Variable => {
			const weight = tf.variable(toTensor(normal([6, 3], { seed: 1 })));
			const optimizer = make(0.05);
			const minimize = (goal: tf.Tensor): tf.Scalar =>
				optimizer.minimize(
					() => tf.sum(tf.square(tf.sub(weight, goal))) as tf.Scalar,
					true,
					[weight],
				) as tf.Scalar;
			const step = compiled ? compile(minimize) : minimize;
			for (let i = 0; i < 5; i++) step(target);
			return weight;
		};
		assertClose(trained(true), trained(false), make.name);
	}
});

test("a compiled function is traced again for a new shape, and only then", async () => {
	await useEngine("onnxruntime");
	let traces = 0;
	const double = compile((x: tf.Tensor) => {
		traces++;
		return tf.mul(x, 2);
	});
	for (const length of [3, 3, 4, 3, 4, 3]) {
		const made = double(tf.ones([length]));
		assert.deepEqual(Array.from(made.dataSync()), Array(length).fill(2));
	}
	// The second shape has the first traced once more: its plan kept memory for itself.
	assert.equal(traces, 3);
});

test("the plans used last are kept, and dispose() frees them", async () => {
	await useEngine("onnxruntime");
	const traced: number[] = [];
	const weight = tf.variable(tf.scalar(2));
	const double = compile(
		(x: tf.Tensor) => {
			traced.push(x.size);
			return tf.mul(x, weight);
		},
		{ plans: 2 },
	);
	const call = (...lengths: number[]): void => {
		for (const length of lengths) {
			const made = double(tf.ones([length]));
			assert.deepEqual(Array.from(made.dataSync()), Array(length).fill(2));
		}
	};
	// The first plan, which keeps its memory between runs, leaves with the second.
	call(3, 3, 4, 4, 3);
	assert.deepEqual(traced, [3, 4, 3]);
	call(5, 3, 5);
	assert.deepEqual(traced, [3, 4, 3, 5]);
	call(4);
	assert.deepEqual(traced, [3, 4, 3, 5, 4]);
	const { numTensors } = tf.memory();
	double.dispose?.();
	assert.equal(tf.memory().numTensors, numTensors);
	call(4);
	assert.deepEqual(traced, [3, 4, 3, 5, 4, 4]);
});

test("structures go in and come out, numbers become part of the graph", async () => {
	await useEngine("onnxruntime");
	const fn = compile(
		({ x, factors }: { x: tf.Tensor; factors: number[] }, suffix: string) => ({
			scaled: factors.map((factor) => tf.mul(x, factor)),
			suffix,
			unchanged: x,
		}),
	);
	const made = fn({ x: tf.scalar(3), factors: [1, 2] }, "a");
	assert.deepEqual(
		made.scaled.map((tensor) => tensor.dataSync()[0]),
		[3, 6],
	);
	assert.equal(made.suffix, "a");
	assert.equal(made.unchanged.dataSync()[0], 3);
	const again = fn({ x: tf.scalar(3), factors: [5] }, "b");
	assert.equal(again.scaled[0]?.dataSync()[0], 15);
	assert.equal(again.suffix, "b");
});

test("frozen variables are constants until they are assigned", async () => {
	await useEngine("onnxruntime");
	const weight = tf.variable(toTensor(uniform([1, 1, 3, 4], 0, 1)));
	let traces = 0;
	const fn = compile(
		(x: tf.Tensor4D) => {
			traces++;
			return tf.conv2d(x, weight as tf.Tensor4D, 1, "valid");
		},
		{ frozen: [weight] },
	);
	const x = toTensor(normal([1, 2, 2, 3])) as tf.Tensor4D;
	const first = fn(x);
	fn(x);
	assert.equal(traces, 1);
	assertClose(first, tf.conv2d(x, weight as tf.Tensor4D, 1, "valid"), "first");
	weight.assign(tf.neg(weight));
	assertClose(fn(x), tf.neg(first), "after the assignment");
	assert.equal(traces, 2);
});

test("a variable that is only assigned keeps what others hold of it", async () => {
	await useEngine("onnxruntime");
	const counter = tf.variable(tf.scalar(1));
	const before = tf.clone(counter);
	const increase = compile((by: tf.Tensor) => {
		counter.assign(tf.add(counter, by));
		return tf.mul(counter, 10);
	});
	assert.equal(increase(tf.scalar(2)).dataSync()[0], 30);
	assert.equal(increase(tf.scalar(2)).dataSync()[0], 50);
	assert.equal(counter.dataSync()[0], 5);
	assert.equal(before.dataSync()[0], 1);
});

test("a variable can be assigned what does not depend on anything", async () => {
	await useEngine("onnxruntime");
	const sum = tf.variable(tf.tensor1d([1, 2]));
	const add = compile((x: tf.Tensor) => {
		sum.assign(tf.add(sum, x));
		return tf.sum(sum);
	});
	const reset = compile((x: tf.Tensor) => {
		sum.assign(tf.zerosLike(sum));
		return tf.neg(x);
	});
	for (const step of [1, 2]) {
		assert.equal(add(tf.scalar(step)).dataSync()[0], step === 1 ? 5 : 4);
		assert.equal(reset(tf.scalar(step)).dataSync()[0], -step);
		assert.deepEqual(Array.from(sum.dataSync()), [0, 0]);
	}
});

test("tf.dropout draws anew at every call and keeps as many as it should", async () => {
	await useEngine("onnxruntime");
	const fn = compile((x: tf.Tensor) => tf.dropout(x, 0.3));
	const ones = tf.ones([100, 100]);
	const [first, second] = [fn(ones).dataSync(), fn(ones).dataSync()];
	assert.notDeepEqual(first, second);
	for (const values of [first, second]) {
		const kept = values.filter((value) => value > 0);
		assert.ok(kept.every((value) => Math.abs(value - 1 / 0.7) < 1e-6));
		// Five standard deviations of a binomial share of 10,000.
		assert.ok(Math.abs(kept.length / values.length - 0.7) < 0.023);
	}
});

test("on another backend the function itself is called", async () => {
	await useEngine("onnxruntime");
	let calls = 0;
	const fn = compile((x: tf.Tensor): tf.Tensor => {
		calls++;
		return tf.neg(x);
	});
	await tf.setBackend("cpu");
	for (const _ of [1, 2]) assert.equal(fn(tf.scalar(2)).dataSync()[0], -2);
	assert.equal(calls, 2);
});
