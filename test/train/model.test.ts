import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import type { ForwardOptions } from "../../src/backbones/forward.js";
import { useEngine } from "../../src/engine/engine.js";
import { drawUniform } from "../../src/engine/random-tensor.js";
import { batchNormParams } from "../../src/nn/batch-norm.js";
import { defineTask } from "../../src/tasks/define-task.js";
import type { Task } from "../../src/tasks/task.js";
import { describeRun } from "../../src/train/describe-run.js";
import {
	disposeModel,
	loadModel,
	modelStateDict,
	newModel,
} from "../../src/train/model.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

before(() => useEngine());

describe("a model whose task uses feature maps", () => {
	const task = { ...tinyTask, uses: "pyramid" } as const;

	test("has a norm on each level of a Swin Transformer, and none before the classifier", () => {
		const source = untrainedBackbone("swin-mini");
		const model = newModel(source, task, 0);
		const { params, backbone } = model;
		assert.equal(params["norm.weight"], undefined);
		const images = tf.zeros([1, 64, 64, 3]) as tf.Tensor4D;
		assert.equal(backbone.pyramid(images).length, 4);
		const { architecture } = source;
		const loaded = loadModel(architecture, task, modelStateDict(model));
		assert.ok(loaded.params["norm3.weight"]);
		disposeModel(loaded);
		disposeModel(model);
	});

	test("keeps the norms that the backbone has", () => {
		const net = { ...architectures["swin-mini"], dense: true };
		const source = untrainedBackbone(net);
		source.params["norm1.bias"]?.assign(tf.fill([48], 0.25));
		const model = newModel(source, task, 0);
		assert.equal(model.params["norm1.bias"]?.dataSync()[0], 0.25);
		disposeModel(model);
	});
});

describe("the task's own layers", () => {
	test("draw from one generator in training, other numbers at every step", () => {
		const seen: (ForwardOptions | undefined)[] = [];
		const task: Task<number, number, tf.Tensor> = {
			...tinyTask,
			headParams: (backbone) => ({
				...tinyTask.headParams(backbone),
				...batchNormParams("neck.bn", 4),
			}),
			forward: ({ params, backbone }, images, options) => {
				seen.push(options);
				const output = tinyTask.forward({ params, backbone }, images, options);
				const random = options?.training?.random;
				return random
					? tf.mul(output, drawUniform(output.shape, random))
					: output;
			},
			loss: ({ params, backbone }, { images, targets }, options) =>
				task.outputLoss?.(
					task.forward({ params, backbone }, images, options),
					targets,
				) as tf.Scalar,
		};
		/** The losses of a step made twice, and of another one. */
		const recipe = {
			...tinyRecipe,
			transfer: "fixed-feature",
			learningRate: 1e-12,
		} as const;
		const model = newModel(tinyBackbone(), task as Task, 0);
		const trainStep = makeTrainStep(task as Task, model, recipe);
		const batchAt = batchSource(task, recipe);
		const lossAt = (step: number) =>
			trainStep.update({ step, steps: 9 }, () => batchAt(0));
		const [first, second, again] = [lossAt(0), lossAt(1), lossAt(0)];
		assert.ok(seen[0]?.training);
		// The task's own batch norms are not frozen with the backbone.
		const mode = seen[0]?.batchNorm as (name: string) => string;
		assert.deepEqual(["bn1", "neck.bn"].map(mode), ["eval", "train"]);
		assert.equal(again, first);
		assert.notEqual(second, first);
		trainStep.dispose();
		disposeModel(model);
	});
});

test("settings of a task are part of a run's id, and of no other run's", () => {
	const source = tinyBackbone();
	const recordOf = (settings?: unknown) =>
		describeRun(source, defineTask({ ...tinyTask, settings }), {
			recipe: tinyRecipe,
		});
	const [plain, wide] = [recordOf(), recordOf({ channels: 8 })];
	assert.ok(!("settings" in plain.task));
	assert.deepEqual(wide.task.settings, { channels: 8 });
	assert.notEqual(wide.id, plain.id);
	assert.equal(
		plain.id,
		describeRun(source, tinyTask, { recipe: tinyRecipe }).id,
	);
});
