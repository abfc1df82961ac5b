import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { outlineOf } from "../../src/engine/outline.js";
import { disposePlan, type Plan } from "../../src/engine/plan.js";
import { onRealRows } from "../../src/engine/real-rows.js";
import type { TracedGraph } from "../../src/engine/trace.js";
import { useEngine } from "../../src/index.js";
import { compile, onHost } from "../../src/parts.js";
import { type Fn, Plans } from "./plans.js";
import { integer, normal, toTensor } from "./tensors.js";

before(async () => {
	await useEngine("onnxruntime");
});

const images = (height: number, width: number, batch = 1): tf.Tensor4D =>
	toTensor(normal([batch, height, width, 3])) as tf.Tensor4D;

/** Every kind of layer whose constants follow from the size of the image. */
function network(
	weights: readonly tf.Variable[],
): (x: tf.Tensor4D) => tf.Scalar {
	const [first, second, head] = weights as [
		tf.Variable<tf.Rank.R4>,
		tf.Variable<tf.Rank.R4>,
		tf.Variable<tf.Rank.R2>,
	];
	return (x) => {
		const [, height, width] = x.shape;
		const fine = tf.relu(tf.conv2d(x, first, 2, 1));
		const pooled = tf.maxPool(fine, 3, 2, 1) as tf.Tensor4D;
		const coarse = tf.relu(tf.conv2d(pooled, second, 1, 1));
		const size = [fine.shape[1], fine.shape[2]] as [number, number];
		const wide = tf.image.resizeBilinear(coarse, size, false, true);
		const both = tf.concat([fine, wide], 3);
		const ramp = tf.div(tf.range(0, size[0]), size[0]);
		const shifted = tf.add(both, tf.reshape(ramp, [1, size[0], 1, 1]));
		const logits = tf.matMul(tf.reshape(shifted, [-1, 32]), head);
		const pixels = tf.reshape(logits, [x.shape[0], size[0], size[1], 4]);
		const whole = tf.image.resizeNearestNeighbor(pixels as tf.Tensor4D, [
			height,
			width,
		]);
		return tf.sum(tf.square(whole)) as tf.Scalar;
	};
}

const weights = (): tf.Variable[] =>
	[
		[3, 3, 3, 16],
		[3, 3, 16, 16],
		[32, 4],
	].map((shape) => tf.variable(tf.mul(toTensor(normal(shape)), 0.1)));

/** Loss and gradients. */
const learning = (variables: readonly tf.Variable[]): Fn => {
	const loss = network(variables);
	return (x: tf.Tensor4D) => {
		const { value, grads } = tf.variableGrads(
			() => loss(x),
			variables as tf.Variable[],
		);
		return [value, ...variables.map(({ name }) => grads[name] as tf.Tensor)];
	};
};

const sizes = [
	[33, 40],
	[40, 56],
	[48, 40],
	[40, 40],
	[72, 35],
	[33, 40],
] as const;

test("images of many sizes share sessions, and what they make is what each size makes by itself", () => {
	const variables = weights();
	const together = new Plans(learning(variables));
	for (const [height, width] of sizes) {
		const x = images(height, width);
		const alone = new Plans(learning(variables));
		assert.deepEqual(together.run(x), alone.run(x), `${height} x ${width}`);
		alone.dispose();
		x.dispose();
	}
	assert.ok(
		together.count < sizes.length,
		`${together.count} sets of sessions`,
	);
	const [last, again] = [together.made.at(-1), together.made.at(-2)];
	assert.equal(last?.shared, again?.shared);
	together.dispose();
	tf.dispose(variables);
});

test("lengths that were equal until now need not be", () => {
	const plans = new Plans((x: tf.Tensor2D, y: tf.Tensor2D) =>
		tf.add(tf.sum(tf.mul(x, 2), 0), tf.sum(tf.mul(y, 2), 0)),
	);
	const rows = (count: number): tf.Tensor2D =>
		toTensor(normal([count, 5])) as tf.Tensor2D;
	for (const [a, b] of [
		[3, 3],
		[4, 4],
		[4, 6],
		[7, 2],
	] as const) {
		const [x, y] = [rows(a), rows(b)];
		const expected = tf.tidy(() =>
			tf.add(tf.sum(tf.mul(x, 2), 0), tf.sum(tf.mul(y, 2), 0)).dataSync(),
		);
		assert.deepEqual(plans.run(x, y)[0], expected);
		tf.dispose([x, y]);
	}
	plans.dispose();
});

test("a number by itself that differs stays a constant", () => {
	const plans = new Plans((x: tf.Tensor1D) => tf.div(x, x.shape[0]));
	for (const length of [3, 5, 7, 5]) {
		const x = tf.ones([length]);
		assert.deepEqual(
			plans.run(x)[0],
			new Float32Array(length).fill(1 / length),
		);
		x.dispose();
	}
	assert.equal(plans.count, 3);
	plans.dispose();
});

test("what is frozen stays a constant, with its own value, whatever the length", () => {
	// Of fewer, constants are repeated for several pixels, as many as the length allows.
	const channels = 16;
	const factor = tf.variable(tf.range(0, channels));
	const plans = new Plans((x: tf.Tensor2D) => tf.mul(x, factor), [factor]);
	const run = (length: number): Float32Array => {
		const x = tf.ones([length, channels]);
		const [made] = plans.run(x) as [Float32Array];
		x.dispose();
		return made.slice(1, 3);
	};
	const isFed = () => (plans.made.at(-1) as Plan).constants.length > 0;
	run(2);
	assert.deepEqual(run(3), Float32Array.of(1, 2));
	const values = tf.range(2, 2 + channels);
	factor.assign(values);
	assert.deepEqual(run(4), Float32Array.of(3, 4));
	assert.equal(isFed(), false);
	assert.deepEqual(run(5), Float32Array.of(3, 4));
	assert.equal(isFed(), false);
	plans.dispose();
	tf.dispose([factor, values]);
});

test("numbers that JSON does not tell apart are of different structures", () => {
	const structures = [0, -0, Infinity, -Infinity, Number.NaN].map((alpha) => {
		const value = (name: string) =>
			[name, { name, dtype: "float32", shape: [2] }] as const;
		const node = {
			...{ name: "n", op: "LeakyRelu", inputs: ["x"], outputs: ["y"] },
			domain: "",
			attributes: { alpha },
		};
		const graph: TracedGraph = {
			nodes: [node],
			inputs: new Map([value("x")]),
			constants: new Map(),
			values: new Map([value("y")]),
			outputs: ["y"],
		};
		return outlineOf(graph, { updates: [], baked: new Map() }).structure;
	});
	assert.equal(new Set(structures).size, structures.length);
});

test("each length has its own host function", () => {
	const plans = new Plans((x: tf.Tensor1D) => {
		const [length] = x.shape;
		const [made] = onHost(
			[tf.mul(x, 2)],
			[{ shape: [length], dtype: "float32" }],
			([values]) => [Float32Array.from(values ?? [], (v) => v + length)],
		);
		return tf.neg(made as tf.Tensor);
	});
	for (const length of [2, 4, 3, 7]) {
		const x = tf.ones([length]);
		const expected = new Float32Array(length).fill(-2 - length);
		assert.deepEqual(plans.run(x)[0], expected);
		x.dispose();
	}
	assert.equal(plans.count, 2);
	plans.dispose();
});

test("sessions live for as long as a plan runs with them", () => {
	const plans = new Plans((x: tf.Tensor1D) => tf.exp(tf.mul(x, x)));
	for (const length of [2, 3, 4]) {
		const x = tf.ones([length]);
		plans.run(x);
		x.dispose();
	}
	const [alone, first, second] = plans.made as [Plan, Plan, Plan];
	assert.equal(first.shared, second.shared);
	assert.equal(alone.shared.isReplaced, true);
	disposePlan(first);
	assert.equal(second.shared.isAlive, true);
	disposePlan(second);
	assert.equal(second.shared.isAlive, false);
	assert.equal(alone.shared.isAlive, true);
	disposePlan(alone);
});

test("updates are written over variables whatever the length", () => {
	const rates = [0.1, 0.2, 0.3, 0.1];
	const run = (together: boolean): Float32Array => {
		const weight = tf.variable(tf.linspace(0, 1, 6).reshape([6, 1]));
		const make = () =>
			compile((x: tf.Tensor2D, rate: tf.Scalar) => {
				const { value, grads } = tf.variableGrads(
					() => tf.sum(tf.square(tf.matMul(x, weight as never))) as tf.Scalar,
					[weight],
				);
				const gradient = grads[weight.name] as tf.Tensor;
				weight.assign(tf.sub(weight, tf.mul(gradient, rate)));
				return value;
			});
		let step = make();
		rates.forEach((rate, i) => {
			if (!together) {
				step.dispose?.();
				step = make();
			}
			tf.tidy(() =>
				step(
					toTensor(integer([3 + i, 6], 0, 3)).toFloat() as tf.Tensor2D,
					tf.scalar(rate / 100),
				),
			);
		});
		step.dispose?.();
		const made = weight.dataSync<"float32">().slice();
		weight.dispose();
		return made;
	};
	assert.deepEqual(run(true), run(false));
});

test("rows that are real share sessions across the lengths of all images", () => {
	const factor = tf.variable(toTensor(normal([4, 4])));
	const rows = (x: tf.Tensor): tf.Tensor => {
		const scaled = tf.mul(x, 1);
		const counts = tf.tensor1d([3], "int32");
		const { rows: made } = onRealRows(
			{ rows: [scaled], counts, others: [factor] },
			{ rows: [[4]], others: [] },
			({ rows: [packed], others: [weight] }) => ({
				rows: [tf.matMul(packed as tf.Tensor2D, weight as tf.Tensor2D)],
				others: [],
			}),
		);
		return made[0] as tf.Tensor;
	};
	const plans = new Plans(rows as Fn);
	for (const most of [12, 20, 16]) {
		const x = toTensor(normal([1, most, 4]));
		const expected = tf.tidy(() =>
			tf
				.matMul(
					tf.slice(tf.reshape(x, [most, 4]), 0, [3, 4]) as tf.Tensor2D,
					factor as never,
				)
				.dataSync<"float32">()
				.slice(),
		);
		const [made] = plans.run(x) as [Float32Array];
		assert.deepEqual(made.subarray(0, 12), expected);
		assert.ok(made.subarray(12).every((value) => value === 0));
		x.dispose();
	}
	plans.dispose();
	factor.dispose();
});
