import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { compile, jensenShannon } from "../../src/parts.js";

interface Case {
	shape: number[];
	scale: number;
	labels: number[] | null;
	value: number;
	gradients: number[][];
}

const fixture: Record<string, Case> = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/train/jensen-shannon.json",
			import.meta.url,
		),
		"utf8",
	),
);

function logits({ shape, scale }: Case, seed: number): tf.Tensor {
	let state = seed;
	const size = shape.reduce((a, b) => a * b, 1);
	const values = Array.from({ length: size }, () => {
		state = (state * 1664525 + 1013904223) % 2 ** 32;
		return scale * (state / 2 ** 32 - 0.5);
	});
	return tf.tensor(values, shape);
}

const close = (actual: number, expected: number) =>
	assert.ok(
		Math.abs(actual - expected) <= 1e-4 * Math.abs(expected) + 1e-5,
		`${actual} for ${expected}`,
	);

for (const [name, one] of Object.entries(fixture)) {
	for (const backend of ["onnxruntime", "cpu"]) {
		test(`value and gradients are PyTorch's: ${name}, ${backend}`, async () => {
			await useEngine();
			await tf.setBackend(backend);
			const labels = one.labels
				? tf.tensor(one.labels, one.shape.slice(0, -1), "int32")
				: undefined;
			const valueAndGradients = compile((...views: tf.Tensor[]) =>
				tf.valueAndGrads((...x: tf.Tensor[]) => {
					const [clean, first, second] = x as [tf.Tensor, tf.Tensor, tf.Tensor];
					return jensenShannon(clean, first, second, { labels });
				})(views),
			);
			const { value, grads } = valueAndGradients(
				...[1, 2, 3].map((seed) => logits(one, seed)),
			);
			close(value.dataSync()[0] as number, one.value);
			grads.forEach((gradient, i) => {
				const expected = one.gradients[i] as number[];
				gradient.dataSync().forEach((g: number, at: number) => {
					close(g, expected[at] as number);
				});
			});
		});
	}
}

test("equal predictions do not disagree, and the weight scales", async () => {
	await useEngine();
	const x = tf.tensor2d([[1, 2, 3]]);
	const y = tf.tensor2d([[3, 1, 2]]);
	close(jensenShannon(x, x, x).dataSync()[0] as number, 0);
	const whole = jensenShannon(x, y, y).dataSync()[0] as number;
	close(
		jensenShannon(x, y, y, { weight: 3 }).dataSync()[0] as number,
		whole / 4,
	);
});

test("where every label is ignored, the loss is zero", async () => {
	await useEngine();
	const x = tf.tensor2d([[1, 2, 3]]);
	const labels = tf.tensor1d([255], "int32");
	const loss = jensenShannon(x, tf.neg(x), x, { labels });
	assert.equal(loss.dataSync()[0], 0);
});
