/** Statistics of batch norms that are measured anew, beside those of PyTorch's `update_bn`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { reEstimate } from "../../src/combine/re-estimate.js";
import { useEngine } from "../../src/engine/engine.js";
import { createImage } from "../../src/image/image.js";
import { batchNorm, batchNormParams } from "../../src/nn/batch-norm.js";
import { conv2d, conv2dParams } from "../../src/nn/conv2d.js";
import { globalAveragePool } from "../../src/nn/global-average-pool.js";
import { defineTask, vary } from "../../src/tasks/define-task.js";
import type { Sample } from "../../src/tasks/task.js";
import { dataOrder } from "../../src/train/data-order.js";
import { disposeModel, type Model, newModel } from "../../src/train/model.js";
import type { Recipe } from "../../src/train/recipe.js";
import { Lcg } from "../lcg.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

type Statistics = Readonly<Record<string, readonly number[]>>;

const wanted = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/combine/update-bn.json", import.meta.url),
		"utf8",
	),
) as {
	readonly order: readonly (readonly number[])[];
	readonly one: Statistics;
	readonly both: Statistics;
};

function sample(index: number): Sample<number> {
	const image = createImage(8, 8);
	const lcg = new Lcg(20 + index);
	for (let i = 0; i < image.data.length; i++)
		image.data[i] = Math.floor(256 * lcg.uniform());
	return { id: String(index), image, target: 0 };
}

/** Two convolutions beside a backbone of which no use is made. */
const task = defineTask({
	...tinyTask,
	train: { name: "six", length: 6, sample },
	inputSize: 8,
	normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
	augment: (example) => example,
	headParams: () => ({
		...conv2dParams("own.0", [3, 4], 3),
		...batchNormParams("own.first", 4),
		...conv2dParams("own.1", [4, 5], 3),
		...batchNormParams("own.second", 5),
		...batchNormParams("own.unseen", 2),
	}),
	forward({ params }, images, options = {}) {
		const mode = options.batchNorm;
		const block = (x: tf.Tensor4D, name: string, norm: string) =>
			tf.relu(
				batchNorm(params, norm, conv2d(params, name, x, { pad: 1 }), { mode }),
			);
		const inner = block(images, "own.0", "own.first");
		return globalAveragePool(block(inner, "own.1", "own.second"));
	},
});

const recipe: Recipe = { ...tinyRecipe, batchSize: 3, seed: 0 };

function fixed(): Model {
	const model = newModel(tinyBackbone(), task, 0);
	for (const [name, seed] of [
		["own.0.weight", 11],
		["own.1.weight", 12],
	] as const) {
		const variable = model.params[name] as tf.Variable;
		const [height, width, inner, outer] = variable.shape as number[];
		const lcg = new Lcg(seed);
		tf.tidy(() =>
			variable.assign(
				tf.transpose(
					tf.tensor(
						Float32Array.from(
							{ length: variable.size },
							() => lcg.uniform() - 0.5,
						),
						[outer!, inner!, height!, width!],
					),
					[2, 3, 1, 0],
				),
			),
		);
	}
	return model;
}

function near(model: Model, all: Statistics, tolerance = 2e-6): void {
	for (const [name, values] of Object.entries(all))
		model.params[`own.${name}`]!.dataSync().forEach((value, i) => {
			const other = values[i]!;
			assert.ok(
				Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other)),
				`${name}[${i}]: ${value}, not ${other}`,
			);
		});
}

before(() => useEngine("onnxruntime"));

describe("statistics measured anew", () => {
	test("are those of update_bn, of one batch and of two", async () => {
		const at = dataOrder(task.train, recipe);
		assert.deepEqual(
			[0, 1, 2, 3, 4, 5].map((i) => at(i)),
			wanted.order.flat(),
			"the order of the fixture",
		);
		for (const [batches, statistics] of [
			[1, wanted.one],
			[2, wanted.both],
		] as const) {
			const model = fixed();
			const tensors = tf.memory().numTensors;
			await reEstimate(model, task, { recipe, batches });
			near(model, statistics);
			assert.equal(tf.memory().numTensors, tensors);
			assert.deepEqual(
				[...model.params["own.unseen.running_var"]!.dataSync()],
				[1, 1],
				"what no image passes keeps its own",
			);
			disposeModel(model);
		}
	});

	test("do not depend on the order of the batches", async () => {
		const turned = vary(task, "turned", {
			train: {
				name: "six, turned",
				length: 6,
				sample: (index) => {
					const { order } = wanted;
					const [first, second] = [order.flat(), order.toReversed().flat()];
					return sample(second[first.indexOf(index)]!);
				},
			},
		});
		const model = fixed();
		await reEstimate(model, turned, { recipe, batches: 2 });
		near(model, wanted.both);
		disposeModel(model);
	});

	test("are refused where none follow the batch, and where one sees two maps", async () => {
		const model = fixed();
		const twice = vary(task, "twice", {
			forward: ({ params }, images, options = {}) => {
				const x = conv2d(params, "own.0", images, { pad: 1 });
				const { batchNorm: mode } = options;
				const once = batchNorm(params, "own.first", x, { mode });
				return globalAveragePool(
					batchNorm(params, "own.first", once, { mode }),
				);
			},
		});
		await assert.rejects(
			reEstimate(model, twice, { recipe, batches: 1 }),
			/own\.first sees several feature maps in one pass/,
		);
		const plain = newModel(tinyBackbone(), tinyTask, 0);
		await assert.rejects(
			reEstimate(plain, tinyTask, {
				recipe: { ...recipe, batchNorm: "frozen-statistics" },
				batches: 1,
			}),
			/trains no batch norm with the statistics of the batch/,
		);
		disposeModel(plain);
		disposeModel(model);
	});
});
