import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { BufferPool, memoryLimit } from "../../src/engine/pool.js";
import { Recent } from "../../src/engine/recent.js";
import { createSession, type Session } from "../../src/engine/session.js";
import { useEngine } from "../../src/index.js";
import { compile } from "../../src/parts.js";
import { inNewProcess } from "./new-process.js";
import { leastGrowth, live } from "./resident-memory.js";
import { integer, normal, toTensor } from "./tensors.js";

const steps = 1000;
const warmUp = 100;
const rounds = 4;
const mostGrowth = 16 * 2 ** 20;
// A leak of 6 kB a step, a tenth of a session, is seen.
const mostResidentGrowth = 1.5 * 2 ** 20;

beforeEach(async () => {
	await useEngine("onnxruntime");
});

function trainingStep(): (
	images: tf.Tensor4D,
	labels: tf.Tensor1D,
) => tf.Scalar {
	const filter = tf.variable(toTensor(normal([3, 3, 3, 16])) as tf.Tensor4D);
	const head = tf.variable(toTensor(normal([16, 4])) as tf.Tensor2D);
	const optimizer = tf.train.momentum(0.01, 0.9);
	return (images, labels) =>
		optimizer.minimize(
			() => {
				const x = tf.relu(tf.conv2d(images, filter, 1, "same"));
				const logits = tf.matMul(tf.mean(x, [1, 2]), head);
				return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 4), logits);
			},
			true,
			[filter, head],
		) as tf.Scalar;
}

for (const mode of ["eager", "compiled"]) {
	test(`memory stays flat over a thousand ${mode} steps`, () => {
		const step = mode === "compiled" ? compile(trainingStep()) : trainingStep();
		const run = (count: number): void => {
			for (let i = 0; i < count; i++) {
				tf.tidy(() => {
					const images = toTensor(normal([2, 16, 16, 3])) as tf.Tensor4D;
					const labels = toTensor(integer([2], 0, 4)) as tf.Tensor1D;
					return step(images, labels).dataSync();
				});
			}
		};
		run(warmUp);
		const tensors = tf.memory().numTensors;
		const bytes = live();
		const resident = leastGrowth(rounds, () => run(steps / rounds));
		assert.equal(tf.memory().numTensors, tensors);
		const growth = live() - bytes;
		assert.ok(
			growth < mostGrowth,
			`${growth} bytes more than after ${warmUp} steps`,
		);
		assert.ok(
			resident < mostResidentGrowth,
			`${resident} bytes more in memory after each ${steps / rounds} steps`,
		);
	});
}

/** A session whose only node no other test has. */
const session = (alpha: number): Session =>
	createSession(
		{
			nodes: [
				{
					op: "LeakyRelu",
					domain: "",
					attributes: { alpha: { float: alpha } },
					inputs: ["x"],
					outputs: ["y"],
				},
			],
			initializers: [],
			inputs: [{ name: "x", dtype: "float32" }],
			outputs: [{ name: "y", dtype: "float32" }],
		},
		{ threads: 1, executionProviders: ["cpu"], arena: false },
	);

test("what native code loses is seen in resident memory, and a session that is freed is not lost", () => {
	const some = 100;
	const kept: Session[] = [];
	const lost = leastGrowth(3, () => {
		for (let i = 0; i < some; i++) kept.push(session(i / 1000));
	});
	assert.ok(
		lost > mostResidentGrowth,
		`${lost} bytes of sessions that are kept`,
	);
	for (const one of kept) one.dispose();
	const freed = leastGrowth(3, () => {
		for (let i = 0; i < some; i++) session(i / 1000).dispose();
	});
	assert.ok(freed < mostResidentGrowth, `${freed} bytes of freed sessions`);
});

test("eager sessions for ever new attributes leave again", () => {
	const x = tf.tensor1d([-1, 1]);
	let alpha = 0;
	const run = (count: number): void => {
		for (let i = 0; i < count; i++, alpha++) {
			tf.tidy(() => {
				const [below] = tf.leakyRelu(x, alpha / 1e4).dataSync();
				assert.equal(below, -Math.fround(alpha / 1e4));
			});
		}
	};
	run(600);
	const growth = leastGrowth(4, () => run(120));
	assert.ok(
		growth < mostResidentGrowth,
		`${growth} bytes more for each 120 sessions`,
	);
	// Those that have left are built anew.
	alpha = 0;
	run(3);
});

test("compiled functions that are disposed of leave nothing", () => {
	const once = (): void => {
		for (let i = 0; i < 40; i++) {
			tf.tidy(() => {
				const fn = compile((x: tf.Tensor) => tf.cumprod(tf.tanh(tf.mul(x, i))));
				fn(tf.ones([4]));
				fn.dispose?.();
			});
		}
	};
	once();
	const growth = leastGrowth(4, once);
	assert.ok(
		growth < 1.5 * 2 ** 20,
		`${growth} bytes more for each 50 functions`,
	);
});

test("of recent values, those used last are kept and the others dropped", () => {
	const dropped: string[] = [];
	const recent = new Recent<string>(2, (value) => dropped.push(value));
	recent.set("a", "A");
	recent.set("b", "B");
	assert.equal(recent.get("a"), "A");
	recent.set("c", "C");
	assert.deepEqual([recent.get("b"), dropped], [undefined, ["B"]]);
	recent.set("a", "A2");
	assert.deepEqual([recent.get("a"), recent.size], ["A2", 2]);
	recent.clear();
	assert.deepEqual([recent.size, dropped], [0, ["B", "A", "C", "A2"]]);
});

test("the memory of a process is its container's, where that has less", () => {
	const [total, less] = [64e9, 4e9];
	assert.equal(memoryLimit(total, less), less);
	// What Node says without a limit, in several versions and kinds of containers.
	for (const none of [0, undefined, 2 ** 63, 2 ** 64, 2 ** 63 - 4096])
		assert.equal(memoryLimit(total, none), total);
});

test("a pool keeps free buffers up to a limit", () => {
	const pool = new BufferPool(1000);
	const arrays = [1, 2, 3, 4].map(() => pool.take("float32", 100));
	for (const array of arrays) pool.give(array);
	assert.deepEqual([pool.freeBytes, pool.lent], [800, 0]);
	pool.take("float32", 100);
	assert.equal(pool.freeBytes, 400);
});

test("the pool of an engine in a small container is small", () => {
	const { stdout, stderr } = inNewProcess(
		`
		await library.useEngine("onnxruntime");
		const { pool } = tf.backend();
		const arrays = [1, 2, 3, 4, 5, 6].map(() => pool.take("float32", 2 ** 20));
		for (const array of arrays) pool.give(array);
		process.stdout.write(String(pool.freeBytes / 2 ** 20));`,
		{},
		"process.constrainedMemory = () => 64 * 2 ** 20;",
	);
	assert.equal(stdout, "16", stderr);
});
