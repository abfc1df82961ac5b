/** What the graph of a compiled function depends on has it traced again when it changes. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { compile, HostValue } from "../../src/parts.js";
import { inNewProcess } from "./new-process.js";

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const first = (tensor: tf.Tensor): number => tensor.dataSync()[0] as number;

/** Says what it is given, and how often it was traced. */
function describer() {
	let traces = 0;
	const describe = compile((_: tf.Tensor, ...given: unknown[]) => {
		traces++;
		const text = given.map((value) =>
			Array.isArray(value)
				? `[${value.length}: ${Object.keys(value)}]`
				: Object.is(value, -0)
					? "-0"
					: typeof value === "object" && value !== null
						? Object.keys(value).join()
						: `${typeof value} ${String(value)}`,
		);
		return { text: text.join("; ") };
	});
	return { describe, traces: () => traces };
}

test("plain values that JSON takes for one are told apart", () => {
	const given: [unknown[], string][] = [
		[[Number.NaN], "number NaN"],
		[[Infinity], "number Infinity"],
		[[-Infinity], "number -Infinity"],
		[[null], "object null"],
		[[0], "number 0"],
		[[-0], "-0"],
		[[1], "number 1"],
		[[1n], "bigint 1"],
		[["1"], "string 1"],
		[["1n"], "string 1n"],
		[[true], "boolean true"],
		[["true"], "string true"],
		[[undefined], "undefined undefined"],
		[["undefined"], "string undefined"],
		[[], ""],
		[[[]], "[0: ]"],
		[[[undefined]], "[1: 0]"],
		[[new Array(1)], "[1: ]"],
		[[{}], ""],
		[[{ a: undefined }], "a"],
		[[{ a: undefined, b: 1 }], "a,b"],
		[["a", "b"], "string a; string b"],
		[['a","b'], 'string a","b'],
	];
	const { describe, traces } = describer();
	for (const [values, text] of given)
		assert.equal(describe(tf.scalar(1), ...values).text, text);
	assert.equal(traces(), given.length);
	const { describe: again, traces: tracesAgain } = describer();
	for (const _ of [1, 2, 3])
		again(tf.scalar(1), Number.NaN, 5n, { a: [undefined, -0] });
	assert.equal(tracesAgain(), 1);
});

test("a number that is not finite reaches the graph", () => {
	const fill = compile((x: tf.Tensor, value: number | null) =>
		tf.add(x, tf.fill([1], value ?? 7)),
	);
	for (const value of [null, Infinity, -Infinity])
		assert.equal(first(fill(tf.zeros([1]), value)), value ?? 7);
	assert.ok(Number.isNaN(first(fill(tf.zeros([1]), Number.NaN))));
	const sign = compile((x: tf.Tensor, zero: number) => tf.div(x, 1 / zero));
	assert.ok(Object.is(first(sign(tf.scalar(1), 0)), 0));
	assert.ok(Object.is(first(sign(tf.scalar(1), -0)), -0));
});

test("which arguments are the same tensor is part of the key", () => {
	const slope = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
		tf.grads((x: tf.Tensor) => tf.mul(x, b))([a])[0] as tf.Tensor;
	const compiled = compile(slope);
	const [a, b] = [tf.scalar(3), tf.scalar(5)];
	for (const [x, y] of [
		[a, b],
		[a, a],
		[b, b],
		[b, a],
	] as const) {
		assert.equal(first(compiled(x, y)), first(slope(x, y)));
	}
	const pair = compile((x: tf.Tensor) => {
		const y = tf.neg(x);
		return [y, y];
	});
	const [y, same] = pair(a);
	assert.equal(y, same);
});

test("a variable among the arguments is that variable", () => {
	const step = compile((weight: tf.Variable, x: tf.Tensor) => {
		const { grads } = tf.variableGrads(
			() => tf.square(tf.mul(weight, x)) as tf.Scalar,
			[weight],
		);
		weight.assign(tf.sub(weight, grads[weight.name] as tf.Tensor));
		return tf.mul(weight, 1);
	});
	const weights = [2, 3].map((value) => tf.variable(tf.scalar(value)));
	for (const _ of [1, 2]) {
		for (const weight of weights) {
			const before = first(weight);
			assert.equal(first(step(weight, tf.scalar(2))), before - 8 * before);
			assert.equal(first(weight), -7 * before);
		}
	}
});

test("whether a variable is trained is what it is at the call", () => {
	const weight = tf.variable(tf.scalar(3));
	const other = tf.variable(tf.scalar(4));
	const gradients = compile((x: tf.Tensor) => {
		const { grads } = tf.variableGrads(
			() => tf.mul(tf.mul(weight, other), x) as tf.Scalar,
		);
		return Object.fromEntries(
			[weight, other].flatMap(({ name }, i) =>
				grads[name] ? [[`w${i}`, grads[name]]] : [],
			),
		);
	});
	assert.deepEqual(Object.keys(gradients(tf.scalar(1))), ["w0", "w1"]);
	other.trainable = false;
	assert.deepEqual(Object.keys(gradients(tf.scalar(1))), ["w0"]);
	other.trainable = true;
	assert.deepEqual(Object.keys(gradients(tf.scalar(1))), ["w0", "w1"]);
	tf.dispose([weight, other]);
});

test("what is computed of a frozen variable alone is not outlived by it", () => {
	const weight = tf.variable(tf.scalar(2));
	const ways: ((x: tf.Tensor) => tf.Tensor)[] = [
		(x) => tf.add(x, tf.mul(weight, 2)),
		(x) => tf.add(x, 2 * first(weight)),
		(x) => tf.add(x, tf.mul(tf.clone(weight), 2)),
	];
	for (const way of ways) {
		const fn = compile(way, { frozen: [weight] });
		for (const value of [5, 6, 7]) {
			weight.assign(tf.scalar(value));
			assert.equal(first(fn(tf.scalar(1))), 2 * value + 1);
		}
	}
});

test("a variable that is not frozen cannot be looked at while tracing", () => {
	const weight = tf.variable(tf.scalar(2));
	const looks = compile((x: tf.Tensor) => tf.mul(x, first(weight)));
	assert.throws(
		() => looks(tf.scalar(1)),
		/the function reads the elements of a variable that compile\(\) is tracing: they may be others at every call/,
	);
});

test("a variable that takes the place of another while tracing is noticed", () => {
	const other = tf.variable(tf.scalar(1));
	let counter: tf.Variable | undefined;
	const count = compile((x: tf.Tensor) => {
		if (!counter) {
			tf.neg(x);
			other.dispose();
			counter = tf.variable(tf.scalar(10));
		}
		counter.assign(tf.add(counter, x));
		return tf.mul(counter, 2);
	});
	for (const sum of [11, 12, 13]) {
		assert.equal(first(count(tf.scalar(1))), 2 * sum);
		assert.equal(first(counter as unknown as tf.Variable), sum);
	}
});

test("host values are not part of the key, however often one occurs", () => {
	const { describe, traces } = describer();
	const [a, b] = [new HostValue(1), new HostValue(2)];
	describe(tf.scalar(1), a, b);
	describe(tf.scalar(1), b, a);
	assert.equal(traces(), 1);
	describe(tf.scalar(1), a, a);
	assert.equal(traces(), 2);
});

test("another number of threads has a function traced again, the same has not", async () => {
	const { describe, traces } = describer();
	for (const threads of [1, 1, 2, 2, 1]) {
		await useEngine("onnxruntime", { threads });
		describe(tf.scalar(1));
	}
	assert.equal(traces(), 3);
});

test("a variable made before an engine is chosen is no constant", () => {
	const { stdout, stderr } = inNewProcess(`
		const { compile, useEngine } = library;
		await tf.setBackend("cpu");
		const weight = tf.variable(tf.scalar(2));
		const counter = tf.variable(tf.scalar(0));
		await useEngine("onnxruntime");
		const step = compile((x) => {
			counter.assign(tf.add(counter, 1));
			return tf.mul(x, weight);
		});
		const made = [3, 4].map((value) => {
			weight.assign(tf.scalar(value));
			return step(tf.scalar(1)).dataSync()[0];
		});
		process.stdout.write([...made, counter.dataSync()[0]].join());`);
	assert.equal(stdout, "3,4,2", stderr);
});

test("complex variables of another backend stay whole", async () => {
	await tf.setBackend("cpu");
	const variable = tf.variable(tf.complex([1, 2], [3, 4]));
	await useEngine("onnxruntime");
	assert.equal(first(compile((x: tf.Tensor) => tf.neg(x))(tf.scalar(2))), -2);
	await tf.setBackend("cpu");
	assert.deepEqual([...tf.imag(variable).dataSync()], [3, 4]);
	variable.dispose();
});

test("a function compiled before an engine is chosen is compiled by it", () => {
	const { stdout, stderr } = inNewProcess(`
		const { compile, useEngine } = library;
		let calls = 0;
		const double = compile((x) => (calls++, tf.add(x, x)));
		await tf.setBackend("cpu");
		double(tf.scalar(1));
		await useEngine("onnxruntime");
		const made = [1, 2, 3].map((x) => double(tf.scalar(x)).dataSync()[0]);
		double.dispose();
		process.stdout.write([...made, calls].join());`);
	assert.equal(stdout, "2,4,6,2", stderr);
});

test("a compiled function inside another becomes part of its graph", () => {
	let traces = 0;
	const weight = tf.variable(tf.scalar(2));
	const inner = compile(
		({ x, factor }: { x: tf.Tensor; factor: number }) => {
			traces++;
			return [tf.mul(tf.mul(x, weight), factor)];
		},
		{ frozen: [weight] },
	);
	const outer = compile((x: tf.Tensor) => {
		const [y] = inner({ x, factor: 3 });
		return tf.grad((z: tf.Tensor) =>
			tf.add(tf.square(inner({ x: z, factor: 1 })[0] as tf.Tensor), z),
		)(y as tf.Tensor);
	});
	// With y = 3 w x: the slope of (w y)^2 + y.
	const slope = (w: number, x: number) => 2 * w * w * 3 * w * x + 1;
	for (const [w, x] of [
		[2, 1],
		[2, 5],
		[4, 1],
	] as const) {
		weight.assign(tf.scalar(w));
		assert.equal(first(outer(tf.scalar(x))), slope(w, x));
	}
	assert.equal(traces, 2);
	assert.equal(first(inner({ x: tf.scalar(1), factor: 1 })[0] as tf.Tensor), 4);
});

test("gradients that are taken outside go through a compiled function", () => {
	const square = compile((x: tf.Tensor) => tf.square(x));
	const slope = tf.grad((x: tf.Tensor) => tf.add(square(x), x));
	assert.equal(first(slope(tf.scalar(3))), 7);
	const weight = tf.variable(tf.scalar(4));
	const scaled = compile((x: tf.Tensor) => tf.mul(x, weight));
	const { grads } = tf.variableGrads(
		() => tf.add(scaled(tf.scalar(5)), weight) as tf.Scalar,
		[weight],
	);
	assert.equal(first(grads[weight.name] as tf.Tensor), 6);
});
