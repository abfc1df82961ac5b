/** The Fisher information of a small classifier, beside what its formula says of the last layer. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { toTensor } from "../../src/augment/image-tensor.js";
import { fisherOf } from "../../src/combine/fisher.js";
import { useEngine } from "../../src/engine/engine.js";
import { normalize } from "../../src/nn/normalize.js";
import { vary } from "../../src/tasks/define-task.js";
import { dataOrder } from "../../src/train/data-order.js";
import { disposeModel, type Model, newModel } from "../../src/train/model.js";
import { tinyBackbone, tinyTask } from "../train/tiny-task.js";

before(() => useEngine("onnxruntime"));

/** The softmax and the features of a training example. */
function seen(model: Model, index: number) {
	return tf.tidy(() => {
		const { image } = tinyTask.train.sample(index);
		const images = normalize(toTensor([image]), tinyTask.normalization);
		return {
			probabilities: tf
				.softmax(tinyTask.forward(model, images) as tf.Tensor2D)
				.dataSync(),
			features: model.backbone.features(images).dataSync(),
		};
	});
}

describe("Fisher information", () => {
	test("of one example is the square of a gradient for a label that the softmax may give", async () => {
		const model = newModel(tinyBackbone(), tinyTask, 0);
		const found = await fisherOf(model, tinyTask, { examples: 1, seed: 3 });
		const at = dataOrder(tinyTask.train, { seed: 3, batchSize: 1 })(0);
		const { probabilities, features } = seen(model, at);
		const bias = found["linear.bias"]!.data as Float32Array;
		const label = [0, 1, 2, 3].find((label) =>
			bias.every((value, i) => {
				const slope = Number(i === label) - probabilities[i]!;
				return Math.abs(value - slope ** 2) <= 1e-5;
			}),
		);
		assert.notEqual(label, undefined, `${bias} of ${probabilities}`);
		const weight = found["linear.weight"]!;
		assert.deepEqual(weight.shape, [4, 16]);
		(weight.data as Float32Array).forEach((value, i) => {
			const of = Math.floor(i / 16);
			const slope = Number(of === label) - probabilities[of]!;
			const wanted = (slope * features[i % 16]!) ** 2;
			assert.ok(Math.abs(value - wanted) <= 1e-5, `${i}: ${value}, ${wanted}`);
		});
		assert.equal(found["bn1.running_mean"], undefined);
		assert.ok(found["conv1.weight"]);
		disposeModel(model);
	});

	test("is the mean over examples, and leaves no tensor behind", async () => {
		const model = newModel(tinyBackbone(), tinyTask, 0);
		const tensors = tf.memory().numTensors;
		const of = (examples: number) =>
			fisherOf(model, tinyTask, { examples, seed: 3 });
		const [one, many] = [await of(1), await of(40)];
		const sum = (all: typeof one) =>
			(all["linear.bias"]!.data as Float32Array).reduce((a, b) => a + b, 0);
		// Of any label (1 - p)^2 + sum of the other p^2 lies between 0 and 2.
		assert.ok(sum(many) > 0.2 && sum(many) < 2 && sum(many) !== sum(one));
		assert.equal(tf.memory().numTensors, tensors);
		disposeModel(model);
	});

	test("is refused for what is no classification", async () => {
		const model = newModel(tinyBackbone(), tinyTask, 0);
		const map = vary(tinyTask, "a map", {
			forward: ({ backbone }, images) =>
				tf.expandDims(backbone.features(images), 0),
		});
		await assert.rejects(
			fisherOf(model, map, { examples: 1, seed: 0 }),
			/of labels drawn from the softmax of a classification, which tiny is not/,
		);
		disposeModel(model);
	});
});
