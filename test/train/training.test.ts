import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { paramsOf } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { linearParams } from "../../src/nn/linear.js";
import type { Task } from "../../src/tasks/task.js";
import type { Batch } from "../../src/train/batch.js";
import {
	disposeModel,
	loadModel,
	modelStateDict,
} from "../../src/train/model.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { formulaValues, formulaWeight } from "../nn/formula.js";
import { assertMatches, type Summary } from "../nn/summary.js";
import { tinyTask } from "./tiny-task.js";

interface Expected {
	readonly losses: readonly number[];
	readonly weights: Readonly<Record<string, Summary>>;
}

const fixture = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/train/training.json", import.meta.url),
		"utf8",
	),
) as Record<string, Expected>;

const [batch, size, classes] = [4, 64, 5];
const architecture = architectures.resnet18;

/** The images of the reference are not normalized. */
const task: Task<number, number, tf.Tensor> = {
	...tinyTask,
	inputSize: size,
	normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
	headParams: () => linearParams("fc", [512, classes]),
	forward: ({ params, backbone }, images, options) =>
		tf.add(
			tf.matMul(
				backbone.features(images, options),
				params["fc.weight"] as tf.Tensor2D,
			),
			params["fc.bias"] as tf.Tensor1D,
		),
	outputLoss: (output, { labels }) =>
		tf.losses.softmaxCrossEntropy(
			tf.oneHot(labels as tf.Tensor1D, classes),
			output,
		),
	loss: ({ params, backbone }, { images, targets }, options) =>
		task.outputLoss?.(
			task.forward({ params, backbone }, images, options),
			targets,
		) as tf.Scalar,
};

function batchAt(step: number): Batch {
	const values = formulaValues(`images-${step}`, batch * 3 * size * size);
	return {
		images: tf.tidy(() =>
			tf.transpose(tf.tensor4d(values, [batch, 3, size, size]), [0, 2, 3, 1]),
		),
		targets: task.batchTargets(
			Array.from({ length: batch }, (_, i) => (step + i) % classes),
			{ height: size, width: size },
		),
	};
}

const sgd: Partial<Recipe> = {
	learningRate: 0.002,
	schedule: { name: "constant" },
};

const cases: Readonly<Record<string, Partial<Recipe>>> = {
	"full-network": {
		...sgd,
		schedule: { name: "step", at: [1 / 2], factor: 0.1 },
	},
	"full-network, AdamW, clipped": {
		optimizer: { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-3 },
		learningRate: 1e-3,
		weightDecay: 0.05,
		gradientClip: 1,
		schedule: { name: "cosine", minLearningRate: 0 },
	},
	"fixed-feature": { ...sgd, transfer: "fixed-feature" },
	"fixed-feature as released": {
		...sgd,
		transfer: "fixed-feature",
		reading: "as-released",
	},
	"frozen statistics, one frozen stage": {
		...sgd,
		batchNorm: "frozen-statistics",
		frozenStages: 1,
	},
};

describe("a few updates of a ResNet-18, beside PyTorch's", () => {
	before(() => useEngine());

	test("every case of the fixture is tested", () => {
		assert.deepEqual(Object.keys(cases), Object.keys(fixture));
	});

	for (const [name, changes] of Object.entries(cases)) {
		test(name, () => {
			const expected = fixture[name] as Expected;
			const specs = paramsOf({ ...architecture, classes });
			const tensors = Object.fromEntries(
				Object.entries(specs).map(([weight, spec]) => [
					weight,
					formulaWeight(weight, spec),
				]),
			);
			const model = loadModel(architecture, task, tensors);
			const recipe = { ...recipes.cifar10, ...changes };
			const trainStep = makeTrainStep(task, model, recipe);
			const steps = expected.losses.length;
			expected.losses.forEach((wanted, step) => {
				const loss = trainStep.update({ step, steps }, () => batchAt(step));
				assert.ok(
					Math.abs(loss - wanted) <= 1e-4 + 1e-3 * Math.abs(wanted),
					`the loss at step ${step} is ${loss}, not ${wanted}`,
				);
			});
			const state = modelStateDict(model);
			for (const [weight, summary] of Object.entries(expected.weights)) {
				const { shape, data } = state[weight] as (typeof state)[string];
				assertMatches(weight, { shape, values: data as Float32Array }, summary);
			}
			trainStep.dispose();
			disposeModel(model);
		});
	}
});
