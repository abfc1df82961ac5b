import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { SharedPrograms } from "../../src/engine/shared-programs.js";
import { miniBackbone, recipes, shapes, useEngine } from "../../src/index.js";
import { compile, onHost } from "../../src/parts.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { countSessions } from "./count-sessions.js";

await useEngine("onnxruntime", { threads: 1 });
const sessions = countSessions();
// The first trace tries what the processor can do, in a session of its own.
compile((x: tf.Tensor) => tf.cos(x))(tf.ones([1]));

/** How many sessions are built meanwhile. */
function builtBy(work: () => void): number {
	const before = sessions.built;
	work();
	return sessions.built - before;
}

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** A weight that learns, compiled, of a program that depends on the numbers. */
function learner(start: number, { power = 2, factor = 3, axis = 0 } = {}) {
	const weight = tf.variable(tf.tensor2d([[start, start]]));
	const step = compile((x: tf.Tensor) => {
		const seen = tf.sum(tf.mul(tf.pow(x, power), weight), axis);
		weight.assign(tf.add(weight, factor));
		return seen;
	});
	return { weight, step };
}

test("programs are shared while they are used, and small ones until another is built", () => {
	const dropped: string[] = [];
	const programs = new SharedPrograms<string>(10, (one) => dropped.push(one));
	const take = (key: string, bytes = 6) =>
		programs.take(key, bytes, () => `${key} ${dropped.length}`);
	assert.deepEqual([take("a"), take("a"), take("b")], ["a 0", "a 0", "b 0"]);
	programs.give("a");
	assert.deepEqual([take("b"), dropped], ["b 0", []]);
	programs.give("a");
	assert.equal(take("a"), "a 0");
	programs.give("a");
	take("c");
	assert.deepEqual(dropped, ["a 0"]);
	for (const key of ["c", "b", "b"]) programs.give(key);
	assert.deepEqual(dropped, ["a 0", "b 0"]);
	take("large", 11);
	programs.give("large");
	assert.deepEqual(dropped.slice(2), ["c 1", "large 3"]);
	take("d");
	programs.give("d");
	programs.forget();
	assert.deepEqual(dropped.slice(4), ["d 4"]);
});

test("functions of one program share its sessions, each with its own variables", () => {
	const [a, b] = [learner(1), learner(10)];
	const x = tf.tensor2d([[1, 2]]);
	const built = builtBy(() => {
		for (const [learns, expected] of [
			[a, [1, 4]],
			[b, [10, 40]],
			[a, [4, 16]],
		] as const)
			assert.deepEqual(values(learns.step(x)), expected);
	});
	assert.equal(built, 1);
	a.step.dispose?.();
	assert.deepEqual(values(b.step(x)), [13, 52]);
	assert.deepEqual(
		[a, b].map(({ weight }) => values(weight)),
		[
			[7, 7],
			[16, 16],
		],
	);
	const { freed } = sessions;
	b.step.dispose?.();
	assert.equal(sessions.freed, freed);
	const c = learner(100);
	assert.equal(
		builtBy(() => c.step(x)),
		0,
	);
	c.step.dispose?.();
	compile((x: tf.Tensor) => tf.cosh(x))(x);
	assert.equal(sessions.freed, freed + 1);
});

test("what differs in anything is built by itself", () => {
	const x = tf.tensor2d([[-1, -2]]);
	const kept = learner(1);
	kept.step(x);
	for (const [options, expected] of [
		[{ power: 3 }, [-1, -8]],
		[{ axis: 1 }, [5]],
		[{ factor: 4 }, [1, 4]],
	] as const) {
		const other = learner(1, options);
		assert.equal(
			builtBy(() => assert.deepEqual(values(other.step(x)), expected)),
			1,
		);
	}
	const long = (last: number) => {
		const constant = tf.range(0, 3000);
		const changed = tf.concat([constant.slice(0, 2999), tf.tensor1d([last])]);
		return compile((x: tf.Tensor) => tf.max(tf.mul(changed, tf.sum(x))));
	};
	const ones = tf.ones([1]);
	const [near, far] = [long(5000), long(6000)];
	assert.deepEqual(
		[near, far].flatMap((fn) => values(fn(ones))),
		[5000, 6000],
	);
	const zero = (sign: number) =>
		compile((x: tf.Tensor) => tf.div(x, tf.tensor1d([sign, 1])));
	const signs = [zero(0), zero(-0)].map((fn) => values(fn(ones))[0]);
	assert.deepEqual(signs, [Infinity, -Infinity]);
	assert.equal(
		builtBy(() => kept.step(tf.ones([2, 2]))),
		1,
	);
});

test("each function calls its own host functions", () => {
	const times = (factor: number) =>
		compile((x: tf.Tensor) => {
			const outputs = [{ shape: [2], dtype: "float32" }] as const;
			const [made] = onHost([tf.neg(x)], outputs, ([given]) => [
				(given as Float32Array).map((value) => factor * value),
			]);
			return tf.add(made as tf.Tensor, 1);
		});
	const [twice, thrice] = [times(2), times(3)];
	const x = tf.tensor1d([1, 2]);
	assert.equal(
		builtBy(() => twice(x)),
		2,
	);
	assert.equal(
		builtBy(() => thrice(x)),
		0,
	);
	const made = [twice, thrice, twice].map((fn) => values(fn(x)));
	assert.deepEqual(made, [
		[-1, -3],
		[-2, -5],
		[-1, -3],
	]);
});

test("other threads build anew, and leave no idle sessions", async () => {
	const x = tf.tensor2d([[1, 2]]);
	const one = learner(1);
	one.step(x);
	one.step.dispose?.();
	const { freed } = sessions;
	await useEngine("onnxruntime", { threads: 2 });
	assert.ok(sessions.freed > freed);
	assert.equal(
		builtBy(() => learner(1).step(x)),
		1,
	);
	await useEngine("onnxruntime", { threads: 1 });
});

test("runs of one recipe share a step, whatever their backbone, seed and learning rate; other recipes do not", async () => {
	const task = shapes();
	const stepOf = async (name: "regular" | "prime", recipe: object) => {
		const source = await miniBackbone(`resnet-mini/${name}`);
		const given = { ...recipes.shapes, batchSize: 2, ...recipe };
		const model = newModel(source, task, given.seed);
		const step = makeTrainStep(task, model, given);
		let loss = 0;
		const built = builtBy(() => {
			loss = step.update({ step: 0, steps: 2 }, () => ({
				images: tf.fill([2, 64, 64, 3], 0.5),
				targets: { labels: tf.tensor1d([1, 2], "int32") },
			}));
		});
		step.dispose();
		disposeModel(model);
		source.dispose();
		return { built, loss };
	};
	const first = await stepOf("regular", {});
	assert.ok(first.built > 0);
	const others = [
		await stepOf("prime", { seed: 1, learningRate: 0.1 }),
		await stepOf("regular", {}),
	];
	assert.deepEqual(
		others.map(({ built }) => built),
		[0, 0],
	);
	assert.notEqual(others[0]?.loss, first.loss);
	assert.equal(others[1]?.loss, first.loss);
	assert.ok((await stepOf("regular", { weightDecay: 0.1 })).built > 0);
});
