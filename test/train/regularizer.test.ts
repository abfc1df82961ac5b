/** A regularizer of one's own, as a notebook would write it: L2-SP (Xuhong Li et al., 2018). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import type { Own } from "../../src/own.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import { finetune } from "../../src/train/finetune.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import type { Recipe } from "../../src/train/recipe.js";
import type { Regularizer } from "../../src/train/regularizer.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { scratchFolder } from "./folders.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

const folder = scratchFolder();

before(() => useEngine("onnxruntime"));

interface L2SpOptions {
	readonly alpha: number;
	readonly beta: number;
}

const l2Sp = (options: L2SpOptions): Own<Regularizer, L2SpOptions> => ({
	name: "l2-sp",
	options,
	make:
		({ alpha, beta }) =>
		(weights, { initial, isHead }) =>
			tf.addN(
				Object.entries(weights).map(([name, weight]) =>
					isHead(name)
						? tf.mul(beta / 2, tf.sum(tf.square(weight)))
						: tf.mul(
								alpha / 2,
								tf.sum(tf.squaredDifference(weight, initial[name]!)),
							),
				),
			) as tf.Scalar,
});

const still = vary(tinyTask, "without a slope", {
	outputLoss: (output) => tf.mul(0, tf.sum(output)),
});

const pulled: Recipe = {
	...tinyRecipe,
	optimizer: { name: "sgd", momentum: 0, nesterov: false },
	learningRate: 0.5,
	weightDecay: 0,
	schedule: { name: "constant" },
	regularizers: [l2Sp({ alpha: 0.1, beta: 0.2 })],
};

describe("a regularizer of one's own", () => {
	for (const accumulate of [1, 2])
		test(`L2-SP alone brings weights back by 1 - rate · alpha a step, in ${accumulate} parts`, () => {
			const recipe = { ...pulled, accumulate };
			const model = newModel(tinyBackbone(), still, 0);
			const tensors = tf.memory().numTensors;
			const trainStep = makeTrainStep(still, model, recipe);
			const weight = "layer1.0.conv1.weight";
			const variable = model.params[weight] as tf.Variable;
			const initial = variable.dataSync<"float32">().slice();
			const moved = tf.add(variable, 2);
			variable.assign(moved);
			const head = model.params["linear.weight"] as tf.Variable;
			const headBefore = head.dataSync<"float32">().slice();
			const batchAt = batchSource(still, recipe);
			const loss = trainStep.update({ step: 0, steps: 12 }, (part) =>
				batchAt(0, part),
			);
			variable.dataSync<"float32">().forEach((value, i) => {
				const wanted = initial[i]! + 2 * (1 - 0.5 * 0.1);
				assert.ok(Math.abs(value - wanted) <= 1e-5, `${value}, not ${wanted}`);
			});
			head.dataSync<"float32">().forEach((value, i) => {
				const wanted = headBefore[i]! * (1 - 0.5 * 0.2);
				assert.ok(Math.abs(value - wanted) <= 1e-6, `${value}, not ${wanted}`);
			});
			const squares = headBefore.reduce((sum, value) => sum + value ** 2, 0);
			const bias = 0;
			const wanted = 0.05 * 4 * variable.size + 0.1 * (squares + bias);
			assert.ok(Math.abs(loss - wanted) <= 0.02 * wanted, `${loss}, ${wanted}`);
			trainStep.dispose();
			moved.dispose();
			assert.equal(tf.memory().numTensors, tensors);
			disposeModel(model);
		});

	test("the weights it compares with are the same when a run goes on", async () => {
		const recipe: Recipe = {
			...tinyRecipe,
			regularizers: [l2Sp({ alpha: 1, beta: 0.01 })],
		};
		const tune = (place: string, stopAt?: number) => {
			const stop = new AbortController();
			return finetune(tinyBackbone(), tinyTask, recipe, {
				folder: `${folder}/${place}`,
				signal: stop.signal,
				reporter: ({ done }) => {
					if (done === stopAt) stop.abort();
				},
			});
		};
		const whole = await tune("whole");
		await assert.rejects(tune("halves", 5));
		const halves = await tune("halves");
		const [one, other] = await Promise.all(
			[whole, halves].map(({ folder }) =>
				readWeights(runFiles(folder).weights, ""),
			),
		);
		assert.deepEqual(other, one);
		assert.match(whole.id, /-l2-sp-/);
		const strayed = async (run: Recipe): Promise<number> => {
			const { folder: place } = await finetune(tinyBackbone(), tinyTask, run, {
				folder,
			});
			const { tensors } = await readWeights(runFiles(place).weights, "");
			const source = tinyBackbone();
			const name = "layer2.0.conv1.weight";
			const after = tensors[name]!.data as Float32Array;
			const before = tf.tidy(() =>
				tf.transpose(source.params[name]!, [3, 2, 0, 1]).dataSync(),
			);
			source.dispose();
			return after.reduce(
				(sum, value, i) => sum + (value - before[i]!) ** 2,
				0,
			);
		};
		const free = await strayed(tinyRecipe);
		const held = await strayed(recipe);
		assert.ok(held < 0.95 * free, `${held} is not nearer than ${free}`);
	});

	test("what is no scalar is refused by its name", () => {
		const broken: Own<Regularizer> = {
			name: "broken",
			make: () => () => tf.ones([2]) as never,
		};
		const model = newModel(tinyBackbone(), still, 0);
		const recipe = { ...pulled, regularizers: [broken] };
		const trainStep = makeTrainStep(still, model, recipe);
		const batchAt = batchSource(still, recipe);
		assert.throws(
			() => trainStep.update({ step: 0, steps: 12 }, () => batchAt(0)),
			/the regularizer broken must give a scalar tensor, such as a mean, not a tensor \[2\]/,
		);
		trainStep.dispose();
		disposeModel(model);
	});
});
