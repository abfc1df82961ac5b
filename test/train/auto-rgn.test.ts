/** Learning rates by relative gradient norms, measured anew with each epoch. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { remedies } from "../../src/combine/remedies.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Params } from "../../src/nn/params.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import type { Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import { measure } from "../../src/train/measure.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { makeOptimizer } from "../../src/train/optimizer.js";
import type { Recipe } from "../../src/train/recipe.js";
import type { RunRecord } from "../../src/train/run.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { scratchFolder } from "./folders.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

const { autoRgn } = remedies;
const folder = scratchFolder();
const adam = { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 } as const;
const { optimizer: sgd } = tinyRecipe;

before(() => useEngine("onnxruntime"));

const near = (found: number, expected: number, tolerance = 1e-5) =>
	assert.ok(
		Math.abs(found - expected) <= tolerance * Math.abs(expected),
		`${found} is not ${expected}`,
	);

/** The multipliers of weights with these gradients, one batch each. */
function multipliersOf(
	weights: Params,
	batches: readonly Readonly<Record<string, number[]>>[],
): Record<string, number> {
	const group = {
		names: Object.keys(weights),
		multiplier: 1,
		weightDecay: 0,
	};
	const made = makeOptimizer(autoRgn({ optimizer: sgd }), weights, {
		groups: [group],
	});
	made.measuring?.begin();
	for (const batch of batches) {
		const gradients = Object.fromEntries(
			Object.entries(batch).map(([name, values]) => [name, tf.tensor(values)]),
		);
		made.measuring?.see(gradients, tf.scalar(1 / batches.length));
	}
	made.measuring?.finish();
	const found = Object.entries(made.slots)
		.filter(([slot]) => slot.startsWith("measured/"))
		.map(([slot, variable]) => [
			slot.slice("measured/".length),
			variable.dataSync()[0] as number,
		]);
	made.dispose();
	return Object.fromEntries(found);
}

describe("multipliers", () => {
	const weights = () => ({
		far: tf.variable(tf.tensor([3, 4])),
		near: tf.variable(tf.tensor([0, 2])),
		"bn1.weight": tf.variable(tf.tensor([1, 1])),
	});
	// |g| / |w| of the first is 0.1 and 0.3, in the mean 0.2; of the second 0.5 and 0.3, in the mean 0.4.
	const batches = [
		{ far: [0.3, 0.4], near: [1, 0], "bn1.weight": [9, 9] },
		{ far: [1.5, 0], near: [0, 0.6], "bn1.weight": [9, 9] },
	];
	const scaled = (by: number, of?: string) =>
		batches.map((batch) =>
			Object.fromEntries(
				Object.entries(batch).map(([name, values]) => [
					name,
					values.map((value) =>
						of === undefined || of === name ? by * value : value,
					),
				]),
			),
		);

	test("are relative gradient norms in the mean, the largest 1, without bn", () => {
		const found = multipliersOf(weights(), batches);
		assert.deepEqual(Object.keys(found).sort(), ["far", "near"]);
		near(found.far as number, 0.5);
		assert.equal(found.near, 1);
	});

	test("stay when the loss is scaled, or a weight with its gradient", () => {
		const plain = multipliersOf(weights(), batches);
		const loss = multipliersOf(weights(), scaled(10));
		const larger = weights();
		larger.far.assign(tf.tensor([21, 28]));
		const weight = multipliersOf(larger, scaled(7, "far"));
		for (const found of [loss, weight])
			for (const name of ["far", "near"])
				near(found[name] as number, plain[name] as number);
	});

	test("are 1 of a weight of zeros, which counts for no other", () => {
		const zero = weights();
		zero.near.assign(tf.zeros([2]));
		const found = multipliersOf(zero, batches);
		assert.deepEqual(found, { far: 1, near: 1 });
	});
});

const task = vary(tinyTask, "two batches an epoch", {
	train: { ...tinyTask.train, length: 16 },
}) as typeof tinyTask;
const recipe: Recipe = {
	...tinyRecipe,
	batchNorm: "frozen",
	optimizer: autoRgn({ optimizer: adam, batches: 2 }),
	weightDecay: 0,
	schedule: { name: "constant" },
	length: { steps: 5 },
};

/** What Adam does to a weight in its first step is known: it moves each number by the rate. */
test("each epoch begins with a new state, and all but the largest are slower", async () => {
	const source = tinyBackbone();
	const model = newModel(source, task, 0);
	source.dispose();
	const trainStep = makeTrainStep(task as never, model, recipe);
	const record = {
		recipe,
		task: { trainImages: task.train.length },
	} as RunRecord;
	const batchAt = batchSource(task, recipe);
	const valuesOf = () =>
		new Map(
			Object.entries(model.params).map(([name, variable]) => [
				name,
				variable.dataSync<"float32">().slice(),
			]),
		);
	const measured: Record<string, number>[] = [];
	for (let step = 0; step < 4; step++) {
		const begin = valuesOf();
		await measure(task as Task, { record, trainStep, signal: undefined, step });
		assert.deepEqual(valuesOf(), begin, "nothing is changed by measuring");
		const multipliers = Object.fromEntries(
			Object.entries(trainStep.slots)
				.filter(([slot]) => slot.startsWith("measured/"))
				.map(([slot, variable]) => [
					slot.slice("measured/".length),
					variable.dataSync()[0] as number,
				]),
		);
		measured.push(multipliers);
		const first = trainStep.slots["mean/conv1.weight"]?.dataSync<"float32">();
		assert.equal(
			first?.every((value) => value === 0),
			step % 2 === 0,
		);
		trainStep.update({ step, steps: 4 }, () => batchAt(step));
		if (step % 2 > 0) continue;
		const after = valuesOf();
		for (const [name, multiplier] of Object.entries(multipliers)) {
			const moved = Math.max(
				...[...(after.get(name) as Float32Array)].map((value, i) =>
					Math.abs(value - ((begin.get(name) as Float32Array)[i] as number)),
				),
			);
			near(moved, multiplier * recipe.learningRate, 2e-2);
		}
	}
	assert.equal(Math.max(...Object.values(measured[0] ?? {})), 1);
	assert.deepEqual(measured[1], measured[0]);
	assert.notDeepEqual(measured[2], measured[1]);
	trainStep.dispose();
	disposeModel(model);
});

describe("a run with Auto-RGN", () => {
	const tune = (place: string, changes: Partial<Recipe> = {}, stopAt = 0) => {
		const stop = new AbortController();
		return finetune(
			tinyBackbone(),
			task,
			{ ...recipe, ...changes },
			{
				folder: join(folder, place),
				workers: 0,
				signal: stop.signal,
				reporter: ({ done }) => {
					if (done === stopAt) stop.abort();
				},
			},
		);
	};
	const tensorsOf = async (run: { folder: string }) =>
		(await readWeights(runFiles(run.folder).weights, "")).tensors;

	test("goes on where it was, in an epoch and between two", async () => {
		const whole = await tensorsOf(await tune("whole", { accumulate: 2 }));
		for (const stopAt of [1, 2]) {
			const place = `stopped at ${stopAt}`;
			await assert.rejects(tune(place, { accumulate: 2 }, stopAt));
			const halves = await tensorsOf(await tune(place, { accumulate: 2 }));
			assert.deepEqual(halves, whole);
		}
	});

	test("leaves batch norms as they are, and is part of the id", async () => {
		const run = await tune("norms", { batchNorm: "trained" });
		assert.match(run.id, /-auto-rgn-lr/);
		const tensors = await tensorsOf(run);
		const source = tinyBackbone();
		for (const [name, variable] of Object.entries(source.params))
			if (/bn\d\.(weight|bias)/.test(name))
				assert.deepEqual(tensors[name]?.data, variable.dataSync(), name);
		source.dispose();
	});

	test("needs the optimizer of a recipe", () => {
		assert.throws(() => autoRgn({} as never), /optimizer is missing/);
		assert.throws(
			() => autoRgn({ optimizer: sgd, batch: 3 } as never),
			/did you mean "batches"/,
		);
	});
});
