import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { HostValue, onHost, useEngine } from "../../src/index.js";

const double = (x: tf.Tensor): tf.Tensor =>
	onHost([x], [{ shape: x.shape, dtype: "float32" }], ([values]) => [
		Float32Array.from(values as Float32Array, (value) => 2 * value),
	])[0] as tf.Tensor;

test("a host function gets arrays and values and returns arrays", async () => {
	await useEngine("onnxruntime");
	const x = tf.tensor2d([1, -2, 3, -4], [2, 2]);
	const [positive, rounded] = onHost(
		[x, tf.tensor1d([10], "int32")],
		[
			{ shape: [2, 2], dtype: "bool" },
			{ shape: [4], dtype: "int32" },
		],
		([values, offset], [factor]) => {
			assert.ok(values instanceof Float32Array && offset instanceof Int32Array);
			return [
				Uint8Array.from(values, (value) => Number(value > 0)),
				Int32Array.from(
					values,
					(value) => value * (factor as number) + (offset[0] as number),
				),
			];
		},
		{ hostValues: [new HostValue(3)] },
	) as [tf.Tensor, tf.Tensor];
	assert.deepEqual([positive.shape, positive.dtype], [[2, 2], "bool"]);
	assert.deepEqual([...positive.dataSync()], [1, 0, 1, 0]);
	assert.deepEqual([rounded.shape, rounded.dtype], [[4], "int32"]);
	assert.deepEqual([...rounded.dataSync()], [13, 4, 19, -2]);
});

test("a host call inside a tidy leaves its result alone", async () => {
	await useEngine("onnxruntime");
	const x = tf.tensor1d([1, 2]);
	const before = tf.memory().numTensors;
	const y = tf.tidy(() => tf.neg(double(double(x))));
	assert.equal(tf.memory().numTensors, before + 1);
	assert.deepEqual([...y.dataSync()], [-4, -8]);
});

test("what a host function returns is checked", async () => {
	await useEngine("onnxruntime");
	const output = { shape: [2], dtype: "float32" } as const;
	assert.throws(() => onHost([], [output], () => []), {
		message: "a host function of 1 outputs returned 0 arrays",
	});
	for (const [wrong, what] of [
		[new Int32Array(2), "Int32Array of 2"],
		[new Float32Array(3), "Float32Array of 3"],
	] as const) {
		assert.throws(() => onHost([], [output], () => [wrong]), {
			message: `output 0 of a host function, float32[2], must be a Float32Array of 2 elements, not a ${what}`,
		});
	}
});
