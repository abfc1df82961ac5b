/** Functions in plain JavaScript amid others: compiled, they are the eager ones. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { BufferPool } from "../../src/engine/pool.js";
import { Random, useEngine } from "../../src/index.js";
import {
	compile,
	drawUniform,
	type HostArray,
	HostValue,
	onHost,
} from "../../src/parts.js";
import { excess, integer, normal, toPlain, toTensor } from "./tensors.js";

const rtol = 1e-4;
const eager = ((fn) => fn) as typeof compile;

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const map = (x: tf.Tensor, fn: (value: number) => number): tf.Tensor =>
	onHost([x], [{ shape: x.shape, dtype: "float32" }], ([values]) => [
		Float32Array.from(values as HostArray, fn),
	])[0] as tf.Tensor;

/** `x^3 / 3` on the host, and its gradient there too. */
const cube = tf.customGrad((...inputs) => {
	const [x, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
	save([x]);
	return {
		value: map(x, (value) => value ** 3 / 3),
		gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
			const [x] = saved as [tf.Tensor];
			return onHost(
				[dy, x],
				[{ shape: x.shape, dtype: "float32" }],
				([slopes, values]) => [
					Float32Array.from(
						slopes as HostArray,
						(slope, i) => slope * (values?.[i] as number) ** 2,
					),
				],
			);
		},
	};
}) as (x: tf.Tensor) => tf.Tensor;

function assertEqual(actual: tf.Tensor[], expected: tf.Tensor[]): void {
	assert.equal(actual.length, expected.length);
	actual.forEach((tensor, i) => {
		const like = toPlain(expected[i] as tf.Tensor);
		assert.deepEqual([tensor.shape, tensor.dtype], [like.shape, like.dtype]);
		const worst = excess(toPlain(tensor), like, rtol);
		assert.ok(worst <= 1, `result ${i} is off by ${worst} tolerances`);
	});
}

type Fn = (...tensors: tf.Tensor[]) => tf.Tensor[];

/** Runs a function eagerly and, twice, compiled. */
function assertCompiles(fn: Fn, ...inputs: tf.Tensor[]): void {
	const compiled = compile(fn);
	tf.tidy(() => {
		const expected = fn(...inputs);
		for (const _ of [1, 2]) assertEqual(compiled(...inputs), expected);
	});
	compiled.dispose?.();
}

/** Buffers that the engine has lent and not been given back. */
function lent(): number {
	const { pool } = tf.backend() as unknown as { pool: BufferPool };
	return pool.lent;
}

test("a host function gets arrays and values and returns arrays", () => {
	const fn: Fn = (x, offset) =>
		onHost(
			[x as tf.Tensor, offset as tf.Tensor],
			[
				{ shape: [2, 2], dtype: "bool" },
				{ shape: [4], dtype: "int32" },
			],
			([values, offsets], [factor]) => {
				assert.ok(values instanceof Float32Array);
				assert.ok(offsets instanceof Int32Array);
				return [
					Uint8Array.from(values, (value) => Number(value > 0)),
					Int32Array.from(
						values,
						(value) => value * (factor as number) + (offsets[0] as number),
					),
				];
			},
			{ hostValues: [new HostValue(3)] },
		);
	const x = tf.tensor2d([1, -2, 3, -4], [2, 2]);
	const inputs = [x, tf.tensor1d([10], "int32")];
	const [positive, rounded] = fn(...inputs) as [tf.Tensor, tf.Tensor];
	assert.deepEqual([positive.shape, positive.dtype], [[2, 2], "bool"]);
	assert.deepEqual([...positive.dataSync()], [1, 0, 1, 0]);
	assert.deepEqual([rounded.shape, rounded.dtype], [[4], "int32"]);
	assert.deepEqual([...rounded.dataSync()], [13, 4, 19, -2]);
	assertCompiles(fn, ...inputs);
	assertCompiles(
		(x, offset) => {
			const [positive, rounded] = fn(x as tf.Tensor, offset as tf.Tensor);
			return [
				tf.logicalNot(positive as tf.Tensor),
				tf.add(rounded as tf.Tensor, offset as tf.Tensor),
			];
		},
		...inputs,
	);
});

test("host calls one after another and side by side, with their gradients", () => {
	const network: Fn = (x, weight) => {
		const loss = (input: tf.Tensor, w: tf.Tensor): tf.Scalar => {
			const before = tf.conv2d(
				input as tf.Tensor4D,
				w as tf.Tensor4D,
				1,
				"same",
			);
			const left = cube(tf.relu(before));
			const right = cube(tf.tanh(before));
			const both = cube(tf.add(left, tf.mul(right, 2)));
			return tf.mean(tf.mul(tf.sigmoid(both), before));
		};
		const grads = tf.grads(loss)([x as tf.Tensor, weight as tf.Tensor]);
		return [loss(x as tf.Tensor, weight as tf.Tensor), ...grads];
	};
	const images = toTensor(normal([2, 6, 5, 16]));
	const weight = toTensor(normal([3, 3, 16, 8], { scale: 0.1 }));
	assertCompiles(network, images, weight);
});

test("host calls on arguments, on constants, on nothing and on each other", () => {
	const constant = tf.tensor1d([1, 2, 3]);
	assertCompiles(
		(x) => {
			const given = map(x as tf.Tensor, (value) => value + 1);
			const fixed = map(constant, (value) => 10 * value);
			const [made] = onHost([], [{ shape: [3], dtype: "float32" }], () => [
				Float32Array.of(1, 2, 4),
			]);
			const chained = map(map(given, Math.sqrt), Math.exp);
			const reshaped = map(tf.reshape(x as tf.Tensor, [3, 1]), Math.abs);
			return [given, fixed, made as tf.Tensor, chained, chained, reshaped];
		},
		tf.tensor1d([4, 5, 6]),
	);
});

test("results that nobody reads, and calls whose results nobody reads", () => {
	let calls = 0;
	const compiled = compile((x: tf.Tensor) => {
		const count = () =>
			onHost(
				[x],
				[
					{ shape: [2], dtype: "float32" },
					{ shape: [1], dtype: "int32" },
				],
				([values]) => {
					calls++;
					return [(values as HostArray).map((v) => -v), Int32Array.of(7)];
				},
			);
		count();
		return tf.add(count()[0] as tf.Tensor, 1);
	});
	assert.deepEqual([...compiled(tf.tensor1d([1, 2])).dataSync()], [0, -1]);
	assert.equal(calls, 1);
});

test("a host function that returns what it was given", () => {
	const fn: Fn = (x) => {
		const outputs = [{ shape: [3], dtype: "float32" }] as const;
		const y = onHost([tf.mul(x as tf.Tensor, 2)], outputs, (arrays) => arrays);
		return [tf.add(y[0] as tf.Tensor, 1), y[0] as tf.Tensor];
	};
	const x = tf.tensor1d([1, 2, 3]);
	const kept = fn(x);
	for (let i = 0; i < 4; i++) tf.tidy(() => tf.neg(x));
	assert.deepEqual([...(kept[1] as tf.Tensor).dataSync()], [2, 4, 6]);
	assertCompiles(fn, x);
});

test("a host function that hands out the same arrays again", () => {
	const scratch = new Float32Array(2);
	const outputs = [
		{ shape: [2], dtype: "float32" },
		{ shape: [2], dtype: "float32" },
	] as const;
	const fn = (x: tf.Tensor): tf.Tensor[] =>
		onHost([x], outputs, ([values]) => {
			scratch.fill((values as HostArray)[0] as number);
			return [scratch, scratch];
		});
	const twice = (x: tf.Tensor): tf.Tensor[] => {
		const [early] = fn(x) as [tf.Tensor];
		const [late] = fn(tf.mul(x, 10)) as [tf.Tensor];
		return [early, late, tf.add(early, late)];
	};
	for (const run of [eager, compile]) {
		const [once, both] = [run(fn), run(twice)];
		const made = [1, 2, 3].map((x) => [
			...once(tf.scalar(x)),
			...both(tf.scalar(x)),
		]);
		scratch.fill(-1);
		made.forEach((tensors, i) => {
			const x = i + 1;
			assert.deepEqual(
				tensors.map((tensor) => [...tensor.dataSync()]),
				[x, x, x, 10 * x, 11 * x].map((value) => [value, value]),
			);
		});
		assert.deepEqual([...scratch], [-1, -1]);
	}
});

test("host values change without a new trace", () => {
	let traces = 0;
	const scaled = compile(
		(x: tf.Tensor, { factor }: { factor: HostValue<{ by: number }> }) => {
			traces++;
			const [y] = onHost(
				[tf.square(x)],
				[{ shape: x.shape, dtype: "float32" }],
				([values], [given]) => [
					Float32Array.from(
						values as HostArray,
						(value) => value * (given as { by: number }).by,
					),
				],
				{ hostValues: [factor] },
			);
			return tf.neg(y as tf.Tensor);
		},
	);
	for (const by of [2, 3, 5]) {
		const y = scaled(tf.scalar(2), { factor: new HostValue({ by }) });
		assert.equal(y.dataSync()[0], -4 * by);
	}
	assert.equal(traces, 1);
});

test("a host value can be disposed of with tensors and read by onHost alone", () => {
	const held = new HostValue({ cyclic: {} as unknown });
	held.value.cyclic = held;
	const x = tf.scalar(1);
	tf.dispose({ x, held } as never);
	assert.ok(x.isDisposed);
	const look = compile((value: HostValue<{ cyclic: unknown }>) =>
		tf.scalar(value.value.cyclic ? 1 : 0),
	);
	assert.throws(() => look(held), /is read while compile\(\) is tracing/);
	const give = compile((value: HostValue<unknown>) => ({ value }));
	assert.throws(() => give(held), {
		message: "a compiled function cannot return a HostValue",
	});
});

test("variables that are assigned before and after a host call", () => {
	const steps = (run: typeof compile): number[][] => {
		const weight = tf.variable(tf.tensor1d([1, 2]));
		const step = run((x: tf.Tensor) => {
			const old = map(weight, (value) => 10 * value);
			weight.assign(tf.add(weight, x));
			const now = map(weight, (value) => value + 0.5);
			weight.assign(tf.add(now, tf.mul(old, x)));
			return tf.add(old, now);
		});
		return [1, 2, 3].flatMap((by) => [
			[...step(tf.scalar(by)).dataSync()],
			[...weight.dataSync()],
		]);
	};
	assert.deepEqual(steps(compile), steps(eager));
});

test("random numbers before and after a host call are drawn in order", () => {
	const draws = (run: typeof compile): number[][] => {
		const random = new Random("host");
		const fn = run((x: tf.Tensor) => {
			const first = map(drawUniform([3], random), (value) => value + 1);
			return tf.add(tf.mul(first, x), drawUniform([3], random));
		});
		return [1, 2].map((by) => [...fn(tf.scalar(by)).dataSync()]);
	};
	assert.deepEqual(draws(compile), draws(eager));
});

test("frozen variables are constants before and after a host call", () => {
	const weight = tf.variable(toTensor(normal([1, 1, 4, 4])));
	const fn = (x: tf.Tensor): tf.Tensor => {
		const once = tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, 1, "same");
		const there = map(once, (value) => Math.max(value, 0));
		const both = tf.add(there, map(weight, Math.abs));
		return tf.conv2d(both as tf.Tensor4D, weight as tf.Tensor4D, 1, "same");
	};
	const x = toTensor(normal([1, 1, 4, 4]));
	const compiled = compile(fn, { frozen: [weight] });
	assertEqual([compiled(x)], [fn(x)]);
	weight.assign(tf.neg(weight));
	assertEqual([compiled(x)], [fn(x)]);
});

test("what a host function returns is checked", () => {
	const output = { shape: [2], dtype: "float32" } as const;
	for (const run of [eager, compile]) {
		const returning = (arrays: readonly HostArray[]) =>
			run((x: tf.Tensor) => onHost([x], [output], () => arrays));
		assert.throws(() => returning([])(tf.scalar(1)), {
			message: "a host function of 1 outputs returned 0 arrays",
		});
		for (const [wrong, what] of [
			[new Int32Array(2), "Int32Array of 2"],
			[new Float32Array(3), "Float32Array of 3"],
		] as const) {
			assert.throws(() => returning([wrong])(tf.scalar(1)), {
				message: `output 0 of a host function, float32[2], must be a Float32Array of 2 elements, not a ${what}`,
			});
		}
	}
});

test("an error of a host function is thrown on, and nothing is lost or changed", () => {
	const weight = tf.variable(toTensor(normal([40, 40])));
	const before = [...weight.dataSync()];
	const failure = new RangeError("no boxes");
	let fails = true;
	const step = compile((x: tf.Tensor) => {
		const y = cube(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D));
		weight.assign(tf.sub(weight, y));
		const z = map(tf.add(y, x), (value) => {
			if (fails) throw failure;
			return value;
		});
		return tf.add(tf.mul(z, y), x);
	});
	const x = toTensor(normal([40, 40]));
	assert.throws(
		() => step(x),
		(error) => error === failure,
	);
	const [tensors, buffers] = [tf.memory().numTensors, lent()];
	for (let i = 0; i < 3; i++)
		assert.throws(
			() => step(x),
			(error) => error === failure,
		);
	assert.deepEqual([tf.memory().numTensors, lent()], [tensors, buffers]);
	assert.deepEqual([...weight.dataSync()], before);
	fails = false;
	step(x).dispose();
	assert.notDeepEqual([...weight.dataSync()], before);
});

test("host calls leak no tensors and no buffers", () => {
	const x = toTensor(normal([4, 8, 8, 16]));
	const weight = tf.variable(toTensor(normal([3, 3, 16, 16], { scale: 0.1 })));
	const step = (given: tf.Tensor): tf.Scalar => {
		const loss = () => {
			const y = tf.conv2d(
				given as tf.Tensor4D,
				weight as tf.Tensor4D,
				1,
				"same",
			);
			return tf.mean(tf.square(cube(tf.tanh(y)))) as tf.Scalar;
		};
		const { value, grads } = tf.variableGrads(loss, [weight]);
		weight.assign(tf.sub(weight, grads[weight.name] as tf.Tensor));
		return value;
	};
	for (const run of [eager, compile]) {
		const fn = run(step);
		const once = () => tf.tidy(() => fn(x)).dispose();
		once();
		const [tensors, buffers] = [tf.memory().numTensors, lent()];
		for (let i = 0; i < 3; i++) once();
		assert.deepEqual([tf.memory().numTensors, lent()], [tensors, buffers]);
	}
});

test("between host calls, only what is still read is kept", () => {
	const counts: number[] = [];
	const counted = (x: tf.Tensor): tf.Tensor =>
		map(tf.relu(tf.mul(x, 2)), (value) => {
			counts.push(lent());
			return value;
		});
	const fn = compile((x: tf.Tensor) =>
		tf.neg(counted(counted(counted(counted(x))))),
	);
	tf.tidy(() => fn(tf.tensor1d([1])));
	const [first] = counts;
	assert.deepEqual(counts, [first, first, first, first]);
});

test("integers and labels go through host functions", () => {
	assertCompiles(
		(logits, labels) => {
			const [right, count] = onHost(
				[tf.argMax(logits as tf.Tensor2D, 1), labels as tf.Tensor],
				[
					{ shape: [5], dtype: "bool" },
					{ shape: [], dtype: "int32" },
				],
				([predicted, wanted]) => {
					const hits = Uint8Array.from(predicted as Int32Array, (value, i) =>
						Number(value === wanted?.[i]),
					);
					return [hits, Int32Array.of(hits.reduce((a, b) => a + b, 0))];
				},
			) as [tf.Tensor, tf.Tensor];
			const zeros = tf.zerosLike(logits as tf.Tensor);
			return [
				tf.where(tf.expandDims(right, 1), logits as tf.Tensor, zeros),
				tf.div(count, 5),
			];
		},
		toTensor(normal([5, 3])),
		toTensor(integer([5], 0, 3)),
	);
});
