import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/index.js";
import { crossEntropy } from "../../src/nn/cross-entropy.js";
import { compile } from "../../src/parts.js";
import { formula, formulaValues } from "./formula.js";
import { assertMatches, type Summary } from "./summary.js";

/** What PyTorch computes, for logits so many times larger and a share of the labels ignored. */
interface Reference {
	readonly scale: number;
	readonly share: number;
	readonly kept: number;
	readonly all: number;
	readonly gradient: Summary;
}

const file = new URL(
	"../../../test/fixtures/nn/cross-entropy.json",
	import.meta.url,
);
const references = JSON.parse(readFileSync(file, "utf8")) as Reference[];
const shape = [2, 5, 7, 11] as const;
const pixels = 2 * 5 * 7;
const ignore = 255;

function inputs({ scale, share }: Reference): [tf.Tensor4D, tf.Tensor3D] {
	const logits = formulaValues("logits", pixels * shape[3]);
	const ignored = formula("ignored", pixels, [0, 1]);
	const labels = formula("labels", pixels, [0, shape[3]]).map((label, i) =>
		(ignored[i] as number) < share ? ignore : Math.floor(label),
	);
	return [
		tf.tensor4d(logits, [...shape]).mul(scale),
		tf.tensor3d(Array.from(labels), [2, 5, 7], "int32"),
	];
}

function check(reference: Reference, run: typeof compile): void {
	const gradient = run((logits: tf.Tensor, labels: tf.Tensor) =>
		tf.valueAndGrad((x: tf.Tensor) => crossEntropy(x, labels, { ignore }))(
			logits,
		),
	);
	const overAll = run((logits: tf.Tensor, labels: tf.Tensor) =>
		crossEntropy(logits, labels, { ignore, over: "all" }),
	);
	tf.tidy(() => {
		const [logits, labels] = inputs(reference);
		const { value, grad } = gradient(logits, labels);
		for (const [loss, expected] of [
			[value, reference.kept],
			[overAll(logits, labels), reference.all],
		] as const) {
			const actual = loss.dataSync()[0] as number;
			assert.ok(Math.abs(actual - expected) <= 1e-5 * expected, `${actual}`);
		}
		const actual = { shape: grad.shape, values: grad.dataSync() };
		assertMatches("gradient", actual, reference.gradient);
	});
}

for (const reference of references) {
	const { scale, share } = reference;
	test(`cross-entropy of logits up to ${2 * scale}, ${100 * share} % ignored, is PyTorch's`, async () => {
		await useEngine();
		check(reference, compile);
		for (const backend of ["onnxruntime", "cpu"]) {
			await tf.setBackend(backend);
			check(reference, (fn) => fn);
		}
	});
}

test("without a label to ignore, every one is a class", async () => {
	await useEngine();
	const logits = tf.tensor2d([0, 0, 0, Math.log(2)], [2, 2]);
	const loss = crossEntropy(logits, tf.tensor1d([0, 1], "int32"));
	const expected = (Math.log(2) + Math.log(3 / 2)) / 2;
	assert.ok(Math.abs((loss.dataSync()[0] as number) - expected) < 1e-6);
});
