import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { drawParams } from "../../src/backbones/state-dict.js";
import { useEngine } from "../../src/engine/engine.js";
import { accuracy } from "../../src/tasks/accuracy.js";
import { classification } from "../../src/tasks/classification.js";

await useEngine();

const { headParams, forward, outputLoss, predictions, batchTargets } =
	classification(7);

test("the new layer has the name and the size that the architecture asks for", () => {
	const shapesOf = (name: "resnet-mini" | "resnet20" | "swin-mini") => {
		const model = untrainedBackbone({ ...architectures[name], classes: 0 });
		const specs = headParams(model);
		model.dispose();
		return Object.entries(specs).map(([key, { shape }]) => [key, shape]);
	};
	assert.deepEqual(shapesOf("resnet-mini"), [
		["fc.weight", [7, 128]],
		["fc.bias", [7]],
	]);
	assert.deepEqual(shapesOf("resnet20")[0], ["linear.weight", [7, 64]]);
	assert.deepEqual(shapesOf("swin-mini")[0], ["head.weight", [7, 192]]);
});

test("the loss is the mean cross-entropy, and predictions are the largest logits", () => {
	const model = untrainedBackbone({
		...architectures["resnet-mini"],
		classes: 0,
	});
	const params = drawParams(headParams(model), 1);
	const images = tf.randomNormal<tf.Rank.R4>(
		[3, 32, 32, 3],
		0,
		1,
		"float32",
		1,
	);
	const before = tf.memory().numTensors;
	const logits = forward({ params, backbone: model }, images);
	assert.deepEqual(logits.shape, [3, 7]);
	const targets = batchTargets([2, 0, 6], { height: 32, width: 32 });
	const rows = logits.arraySync() as number[][];
	const expected =
		rows.reduce((sum, row, i) => {
			const total = row.reduce((all, value) => all + Math.exp(value), 0);
			return sum + Math.log(total) - row[[2, 0, 6][i]!]!;
		}, 0) / 3;
	const value = outputLoss!(logits, targets);
	assert.ok(Math.abs(value.dataSync()[0]! - expected) < 1e-5);
	value.dispose();
	assert.deepEqual(
		predictions(logits, []),
		rows.map((row) => row.indexOf(Math.max(...row))),
	);
	tf.dispose([logits, targets as never]);
	assert.equal(tf.memory().numTensors, before);
	tf.dispose([images, params as never]);
	model.dispose();
});

test("the first of equal logits is predicted, and the first NaN before all, as by PyTorch", () => {
	const rows = [
		[0, 2, 1, 2],
		[-Infinity, -Infinity, -3, -4],
		[5, Number.NaN, Infinity, Number.NaN],
		[-0, 0, -1, -0],
	];
	const logits = tf.tensor2d(rows);
	assert.deepEqual(predictions(logits, []), [1, 2, 1, 0]);
	logits.dispose();
});

test("accuracy is the percentage of hits, and unknown without predictions", () => {
	const metric = accuracy();
	assert.throws(() => metric.value(), /no predictions/);
	metric.add(3, 3);
	metric.add(1, 2);
	metric.add(0, 0);
	assert.ok(Math.abs(metric.value() - 200 / 3) < 1e-9);
	assert.deepEqual([metric.hit(1, 1), metric.hit(1, 2)], [true, false]);
});
