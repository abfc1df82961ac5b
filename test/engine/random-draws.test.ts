/** What is drawn inside a compiled function is what the function itself draws. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Random, useEngine } from "../../src/index.js";
import { compile, drawNormal, drawUniform } from "../../src/parts.js";

beforeEach(async () => {
	await useEngine("onnxruntime");
});

const eager = ((fn) => fn) as typeof compile;
type OfTensor = (x: tf.Tensor) => tf.Tensor;

function values(fn: OfTensor, calls = 3): number[][] {
	return Array.from({ length: calls }, (_, i) => [
		...fn(tf.fill([4, 6], i + 1)).dataSync(),
	]);
}

test("draws that nobody reads come before those that are read", () => {
	const drawn = (run: typeof compile): unknown => {
		const random = new Random("unread");
		const normal = new Random("unread normal");
		const made = values(
			run((x: tf.Tensor) => {
				drawUniform([5], random);
				const first = drawUniform([6], random, 1, 2);
				drawNormal([3], normal);
				tf.add(drawUniform([2, 2], random), 1);
				const second = drawNormal([4, 1], normal);
				drawUniform([], random);
				return tf.add(tf.mul(x, first), second);
			}),
		);
		return [made, random.uniform(), normal.normal()];
	};
	assert.deepEqual(drawn(compile), drawn(eager));
});

test("draws of a function that reads none of them", () => {
	const drawn = (run: typeof compile): number => {
		const random = new Random("none");
		const fn = run((x: tf.Tensor) => {
			drawUniform([7], random);
			return tf.neg(x);
		});
		values(fn);
		return random.uniform();
	};
	assert.equal(drawn(compile), drawn(eager));
});

const seeded: [name: string, fn: OfTensor][] = [
	["dropout", (x) => tf.dropout(x, 0.5, undefined, 7)],
	["dropout of rows", (x) => tf.dropout(x, 0.5, [4, 1], "a")],
	["dropout of seed 0", (x) => tf.dropout(x, 0.5, undefined, 0)],
	["uniform", (x) => tf.mul(x, tf.randomUniform([6], -1, 1, "float32", 3))],
	["normal", (x) => tf.mul(x, tf.randomNormal([6], 1, 2, "float32", 3))],
	["truncated", (x) => tf.mul(x, tf.truncatedNormal([6], 1, 2, "float32", 3))],
	["gamma", (x) => tf.mul(x, tf.randomGamma([6], 2, 2, "float32", 3))],
	[
		"integers",
		(x) =>
			tf.mul(x, tf.cast(tf.randomUniform([6], 0, 9, "int32", 5), "float32")),
	],
	[
		"multinomial",
		(x) => tf.multinomial(tf.log(x) as tf.Tensor2D, 5, 11) as tf.Tensor,
	],
	[
		"multinomial of constants",
		(x) => {
			const logits = tf.log(tf.tensor1d([0.1, 0.2, 0.7]));
			return tf.add(x, tf.sum(tf.multinomial(logits, 5, 11)));
		},
	],
];

for (const [name, fn] of seeded) {
	test(`with a seed, ${name} draws the same as outside, at every call`, () => {
		assert.deepEqual(values(compile(fn)), values(fn));
	});
}

test("two draws with one seed, and one without after one with", () => {
	const fn: OfTensor = (x) =>
		tf.add(tf.dropout(x, 0.5, undefined, 1), tf.dropout(x, 0.5, undefined, 1));
	assert.deepEqual(values(compile(fn)), values(fn));
	const mixed = compile((x: tf.Tensor) =>
		tf.stack([tf.dropout(x, 0.5, undefined, 1), tf.dropout(x, 0.5)]),
	);
	const ones = tf.ones([10, 10]);
	const [seededHere, without] = tf.unstack(mixed(ones));
	const [seededThere, later] = tf.unstack(mixed(ones));
	const elements = (tensor?: tf.Tensor) => [...(tensor?.dataSync() ?? [])];
	assert.deepEqual(elements(seededHere), elements(seededThere));
	assert.deepEqual(
		elements(seededHere),
		elements(tf.dropout(ones, 0.5, undefined, 1)),
	);
	assert.notDeepEqual(elements(without), elements(later));
});

const unseeded: [name: string, fn: OfTensor][] = [
	["randomUniform", (x) => tf.add(x, tf.randomUniform([6]))],
	["randomNormal", (x) => tf.add(x, tf.randomNormal([6]))],
	// TensorFlow.js takes this seed for none.
	["randomNormal", (x) => tf.add(x, tf.randomNormal([6], 0, 1, "float32", 0))],
	["truncatedNormal", (x) => tf.add(x, tf.truncatedNormal([6]))],
	["randomGamma", (x) => tf.add(x, tf.randomGamma([6], 1))],
	["multinomial", (x) => tf.multinomial(x as tf.Tensor2D, 3)],
	["multinomial", (x) => tf.add(x, tf.multinomial(tf.tensor1d([1, 2]), 3))],
	[
		"rand",
		(x) =>
			tf.add(
				x,
				tf.rand([6], () => 0.5),
			),
	],
	// biome-ignore lint/plugin: it is refused.
	["Math.random", (x) => tf.add(x, Math.random())],
];

unseeded.forEach(([name, fn], i) => {
	test(`${name} without a seed is refused, ${i}`, () => {
		// biome-ignore lint/plugin: it is to be the same afterwards.
		const before = Math.random;
		const message = new RegExp(
			`${name}\\(\\) inside a compiled function would draw once and for all`,
		);
		assert.throws(() => compile(fn)(tf.ones([4, 6])), message);
		// biome-ignore lint/plugin: it is the same.
		assert.equal(Math.random, before);
	});
});
