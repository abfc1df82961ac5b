import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { resizedCrossEntropy } from "../../src/nn/resized-cross-entropy.js";
import { compile } from "../../src/parts.js";
import { formula, formulaValues } from "./formula.js";
import { assertMatches, channelsFirst, type Summary } from "./summary.js";

interface Case {
	/** Of the logits, in PyTorch's layout. */
	readonly shape: [number, number, number, number];
	readonly size: [number, number];
	/** Of the classes; alike where left out. */
	readonly weights?: readonly number[];
	readonly loss: number;
	readonly gradient: Summary;
}

const fixture = new URL(
	"../../../test/fixtures/nn/resized-cross-entropy.json",
	import.meta.url,
);
const cases: readonly Case[] = JSON.parse(readFileSync(fixture, "utf8"));

await useEngine();

function inputs({ shape, size }: Case): [tf.Tensor4D, tf.Tensor3D] {
	const [batch, classes, rows, columns] = shape;
	const values = formulaValues("logits", batch * classes * rows * columns);
	const logits = tf.mul(tf.tensor4d(values, shape), 4);
	const pixels = batch * size[0] * size[1];
	const labels = Int32Array.from(
		formula("labels", pixels, [0, 1.25 * classes]),
		(value) => (value < classes ? value : 255),
	);
	return [
		tf.transpose(logits, [0, 2, 3, 1]) as tf.Tensor4D,
		tf.tensor3d(labels, [batch, ...size], "int32"),
	];
}

function check(one: Case, run: typeof compile): void {
	tf.tidy(() => {
		const both = run((x: tf.Tensor4D, labels: tf.Tensor3D) => {
			const { value, grad } = tf.valueAndGrad((logits: tf.Tensor4D) =>
				resizedCrossEntropy(logits, labels, one.weights),
			)(x);
			return [value, grad];
		}) as (...given: tf.Tensor[]) => [tf.Scalar, tf.Tensor4D];
		const [loss, gradient] = both(...inputs(one));
		const value = loss.dataSync()[0] as number;
		assert.ok(Math.abs(value - one.loss) <= 1e-5 * one.loss, `loss ${value}`);
		const moved = channelsFirst(gradient);
		const actual = { shape: moved.shape, values: moved.dataSync() };
		// A gradient is divided by the number of pixels, so atol follows its own size.
		const atol = 1e-3 * one.gradient.deviation;
		assertMatches("gradient", actual, one.gradient, { atol });
	});
}

for (const one of cases) {
	const weighted = one.weights ? ", classes weighted," : "";
	test(`loss and gradient of [${one.shape}] at ${one.size.join("x")}${weighted} are PyTorch's`, () => {
		check(one, compile);
		check(one, (fn) => fn);
	});
}

test("where all pixels are ignored, loss and gradient are 0", () => {
	tf.tidy(() => {
		const labels = tf.fill([1, 4, 4], 255, "int32") as tf.Tensor3D;
		const { value, grad } = tf.valueAndGrad((x: tf.Tensor4D) =>
			resizedCrossEntropy(x, labels),
		)(tf.ones([1, 2, 2, 3]));
		assert.equal(value.dataSync()[0], 0);
		assert.ok(grad.dataSync().every((x) => x === 0));
	});
});
