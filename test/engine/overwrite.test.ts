/** Variables are written over in place wherever nobody can tell: the arrays say where, the values that. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "../../src/engine/backend.js";
import type { HostFunction } from "../../src/engine/host-call.js";
import type { OnnxNode } from "../../src/engine/onnx.js";
import { overwriting } from "../../src/engine/overwrite.js";
import { useEngine } from "../../src/index.js";
import { compile, type HostArray, onHost } from "../../src/parts.js";
import { normal, toTensor } from "./tensors.js";

const steps = 4;
const rate = 0.01;

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const backend = (): OnnxRuntimeBackend =>
	tf.findBackend("onnxruntime") as OnnxRuntimeBackend;
const arrayOf = (variable: tf.Variable): ArrayBufferLike =>
	backend().stored(variable.dataId).values.buffer;

const matrix = (seed: number): tf.Variable<tf.Rank.R2> =>
	tf.variable(toTensor(normal([24, 24], { seed, scale: 0.3 })) as tf.Tensor2D);

/** Three layers whose weights are read again for the gradients of the layers before. */
function training() {
	const weights = [0, 1, 2].map(matrix);
	const slots = weights.map((weight) => tf.variable(tf.zerosLike(weight)));
	const step = (x: tf.Tensor2D): tf.Scalar => {
		const { value, grads } = tf.variableGrads(() => {
			let y = x;
			for (const weight of weights) y = tf.tanh(tf.matMul(y, weight));
			return tf.mean(tf.square(y)) as tf.Scalar;
		}, weights);
		weights.forEach((weight, i) => {
			const slot = slots[i] as tf.Variable<tf.Rank.R2>;
			const gradient = grads[weight.name] as tf.Tensor2D;
			slot.assign(tf.add(tf.mul(slot, 0.9), gradient));
			weight.assign(tf.sub(weight, tf.mul(slot, rate)));
		});
		return value;
	};
	return { variables: [...weights, ...slots], step };
}

/** Calls a step a few times; what the variables hold afterwards, and in which arrays after each call. */
function trained(
	{ variables, step }: ReturnType<typeof training>,
	after: () => void = () => {},
) {
	const arrays: ArrayBufferLike[][] = [];
	for (let i = 0; i < steps; i++) {
		tf.tidy(() => step(toTensor(normal([8, 24], { seed: i })) as tf.Tensor2D));
		arrays.push(variables.map(arrayOf));
		after();
	}
	return { arrays, values: variables.map((one) => [...one.dataSync()]) };
}

function assertSteady(arrays: readonly ArrayBufferLike[][]): void {
	const [first = [], ...rest] = arrays;
	for (const later of rest)
		later.forEach((array, i) => {
			assert.ok(array === first[i], `variable ${i} has moved`);
		});
}

test("weights and slots of a compiled step stay where they are, and become what they should", () => {
	const eager = trained(training());
	const { step, variables } = training();
	const compiled = trained({ step: compile(step), variables });
	assertSteady(compiled.arrays);
	compiled.values.forEach((values, i) => {
		values.forEach((value, j) => {
			const expected = eager.values[i]?.[j] as number;
			assert.ok(Math.abs(value - expected) < 1e-5, `variable ${i}, ${j}`);
		});
	});
});

test("an array that somebody has seen, or shares, is never written over", () => {
	const { step, variables } = training();
	const [weight, other] = variables as [tf.Variable, tf.Variable];
	const seen: { array: ArrayLike<number>; values: number[] }[] = [];
	const shared: { tensor: tf.Tensor; values: number[] }[] = [];
	trained({ step: compile(step), variables }, () => {
		const array = weight.dataSync();
		seen.push({ array, values: [...array] });
		shared.push({
			tensor: tf.clone(other),
			values: [...tf.tidy(() => tf.add(other, 0).dataSync())],
		});
	});
	for (const { array, values } of seen)
		assert.deepEqual(Array.from(array), values);
	for (const { tensor, values } of shared)
		assert.deepEqual([...tensor.dataSync()], values);
	tf.dispose(shared.map(({ tensor }) => tensor));
});

test("what a step returns of the old value is the old value", () => {
	const weight = matrix(5);
	const step = compile((x: tf.Tensor2D) => {
		const before = tf.mul(weight, 1);
		const after = tf.sub(weight, x) as tf.Tensor2D;
		weight.assign(after);
		return [before, tf.transpose(before), after];
	});
	const ones = tf.ones([24, 24]) as tf.Tensor2D;
	for (let i = 0; i < steps; i++) {
		const was = [...tf.tidy(() => tf.add(weight, 0).dataSync())];
		const [before, turned, after] = step(ones) as tf.Tensor[];
		assert.deepEqual([...(before as tf.Tensor).dataSync()], was);
		const back = tf.transpose(turned as tf.Tensor);
		assert.deepEqual([...back.dataSync()], was);
		const expected = Float32Array.from(was, (value) => value - 1);
		assert.deepEqual([...(after as tf.Tensor).dataSync()], [...expected]);
		assert.deepEqual([...weight.dataSync()], [...expected]);
	}
});

test("variables that change places do", () => {
	const [first, second] = [matrix(6), matrix(7)];
	const before = [first, second].map((one) => [...one.dataSync()]);
	const swap = compile((x: tf.Tensor2D) => {
		const kept = tf.add(first, 0) as tf.Tensor2D;
		first.assign(tf.add(second, 0));
		second.assign(kept);
		return tf.sum(x);
	});
	for (let i = 0; i < 3; i++) {
		tf.dispose(swap(tf.ones([24, 24])));
		const now = [first, second].map((one) => [...one.dataSync()]);
		assert.deepEqual(now, i % 2 === 0 ? before.toReversed() : before);
	}
});

test("an update before a host call waits for it, and overwrites then", () => {
	const weight = tf.variable(tf.fill([64], 1));
	const other = tf.variable(tf.fill([64], 1));
	let fails = false;
	const step = compile((x: tf.Tensor) => {
		weight.assign(tf.add(weight, x));
		const double: HostFunction = ([given]) => {
			if (fails) throw new RangeError("no");
			return [Float32Array.from(given as HostArray, (one) => 2 * one)];
		};
		const [y] = onHost([x], [{ shape: [64], dtype: "float32" }], double);
		other.assign(tf.add(other, y as tf.Tensor));
		return tf.sum(other);
	});
	const x = tf.ones([64]);
	step(x).dispose();
	const arrays = [weight, other].map(arrayOf);
	fails = true;
	assert.throws(() => step(x), /no/);
	fails = false;
	step(x).dispose();
	assert.ok([weight, other].every((one, i) => arrayOf(one) === arrays[i]));
	assert.equal(weight.dataSync()[0], 3);
	assert.equal(other.dataSync()[0], 5);
});

const node = (
	op: string,
	inputs: readonly string[],
	output: string,
): OnnxNode => ({ op, domain: "", attributes: {}, inputs, outputs: [output] });
const value = (name: string) => ({
	name,
	dtype: "float32" as const,
	shape: [4],
});
const places = (nodes: readonly OnnxNode[], outputs: readonly string[]) => {
	const names = ["w", "x", ...nodes.map((one) => one.outputs[0] as string)];
	return overwriting(
		{
			nodes,
			initializers: [],
			inputs: ["w", "x"].map(value),
			outputs: outputs.map(value),
		},
		[{ input: "w", output: "next" }],
		new Map(names.map((name) => [name, value(name)])),
	);
};

test("an update waits for what reads its variable, and does not overwrite where it cannot", () => {
	const update = node("Sub", ["w", "x"], "next");
	const read = [node("Relu", ["w"], "half"), node("Mul", ["half", "x"], "y")];
	const alone = places([update], ["next"]);
	assert.deepEqual([...alone.over], ["next"]);
	assert.deepEqual(alone.graph.nodes, [update]);
	const { graph, over } = places([update, ...read], ["next", "y"]);
	assert.deepEqual([...over], ["next"]);
	const order = graph.nodes.map(({ outputs }) => outputs[0]);
	assert.ok(order.indexOf("half") < order.indexOf("next"), `${order}`);
	// Nothing that could be waited for: what reads the variable reads its next value too.
	const both = [update, node("Mul", ["w", "next"], "y")];
	assert.equal(places(both, ["next", "y"]).over.size, 0);
	// Not element by element.
	const product = node("MatMul", ["w", "x"], "next");
	assert.equal(places([product], ["next"]).over.size, 0);
	// A failing index must be found out before.
	const gather = node("Gather", ["x", "x"], "found");
	const waiting = places([update, gather], ["next", "found"]).graph.nodes;
	assert.equal(waiting.at(-1)?.outputs[0], "next");
});
