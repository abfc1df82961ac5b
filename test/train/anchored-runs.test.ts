/** Runs that stay near where they began: switched off, gone on with, and on tasks of all kinds. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { miniBackbone } from "../../src/backbones/mini-backbone.js";
import { combineRuns } from "../../src/combine/combine-runs.js";
import { remedies } from "../../src/combine/remedies.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { adversarial } from "../../src/train/adversarial.js";
import { distillation } from "../../src/train/distillation.js";
import { finetune } from "../../src/train/finetune.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";
import type { Run } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const task = holdOut(tinyTask, { share: 0.3 });
const { optimizer } = tinyRecipe;
const recipe: Recipe = { ...tinyRecipe, length: { steps: 6 } };

const tune = (
	changes: Partial<Recipe>,
	{ place = "whole", stopAt = 0, given = task as Task<number, number> } = {},
): Promise<Run> => {
	const stop = new AbortController();
	return finetune(
		tinyBackbone(),
		given,
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

async function tensorsOf(run: Run) {
	const { tensors } = await readWeights(runFiles(run.folder).weights, "");
	return tensors;
}

before(() => useEngine("onnxruntime"));

describe("a run that is held", () => {
	const off: Readonly<Record<string, Partial<Recipe>>> = {
		"L2-SP": { regularizers: [remedies.l2Sp({ alpha: 0, beta: 0 })] },
		RGN: { regularizers: [remedies.rgn({ weight: 0 })] },
		SPD: { optimizer: remedies.spd({ optimizer, strength: 0 }) },
		"decay to the start": {
			optimizer: remedies.anchoredDecay({ optimizer, alpha: 0 }),
		},
	};
	for (const [name, changes] of Object.entries(off))
		test(`by no ${name} is plain fine-tuning, bit for bit`, async () => {
			const plain = await tune({});
			const run = await tune(changes);
			assert.notEqual(run.id, plain.id);
			assert.deepEqual(await tensorsOf(run), await tensorsOf(plain));
		});

	const on: Readonly<Record<string, Partial<Recipe>>> = {
		"L2-SP and RGN, in two parts": {
			regularizers: [remedies.l2Sp(), remedies.rgn({ batches: 2 })],
			accumulate: 2,
			gradientClip: 1,
		},
		SPD: { optimizer: remedies.spd({ optimizer }) },
		"decay to the start": {
			optimizer: remedies.anchoredDecay({ optimizer, alpha: 0.1 }),
		},
		FTP: { optimizer: remedies.ftp({ optimizer }) },
		"TPGM, averaged": {
			optimizer: remedies.tpgm({ optimizer, every: 2 }),
			average: { decay: 0.5 },
		},
	};
	for (const [name, changes] of Object.entries(on))
		test(`by ${name} is another one, and goes on where it was`, async () => {
			const plain = await tensorsOf(await tune({}));
			const whole = await tune(changes);
			const weights = await tensorsOf(whole);
			assert.notDeepEqual(weights["conv1.weight"], plain["conv1.weight"]);
			const place = "halves";
			await assert.rejects(tune(changes, { place, stopAt: 3 }));
			const halves = await tune(changes, { place });
			assert.equal(halves.id, whole.id);
			assert.deepEqual(await tensorsOf(halves), weights);
		});

	test("by a changed task or by views of its images goes on where it was", async () => {
		const attack = { epsilon: 0.03, norm: "linf", randomStart: true } as const;
		const views = { weight: 12, views: 2 } as const;
		const ways = {
			attacked: { given: adversarial(task, attack), changes: {} },
			distilled: { given: distillation(task, tinyBackbone()), changes: {} },
			"in views": {
				given: task,
				changes: {
					augment: { name: "prime", preset: "cifar" },
					consistency: views,
				},
			},
		} as const;
		const plain = await tensorsOf(await tune({}));
		for (const [name, { given, changes }] of Object.entries(ways)) {
			const weights = await tensorsOf(await tune(changes, { given }));
			assert.notDeepEqual(weights["conv1.weight"], plain["conv1.weight"], name);
			const place = `halves ${name}`;
			await assert.rejects(tune(changes, { given, place, stopAt: 3 }));
			const halves = await tune(changes, { given, place });
			assert.deepEqual(await tensorsOf(halves), weights, name);
		}
	});

	test("measures without a trace: statistics of batch norms are as they were", async () => {
		const pulled = { weight: 1e-30, batches: 3 };
		const run = await tune({ regularizers: [remedies.rgn(pulled)] });
		assert.deepEqual(await tensorsOf(run), await tensorsOf(await tune({})));
	});

	test("leaves no tensor behind", async () => {
		const source = tinyBackbone();
		const { numTensors } = tf.memory();
		await finetune(
			source,
			task,
			{
				...recipe,
				optimizer: remedies.tpgm({ optimizer, every: 2 }),
				regularizers: [remedies.l2Sp(), remedies.rgn({ batches: 1 })],
				average: { decay: 0.5 },
				length: { steps: 3 },
			},
			{ folder, workers: 0 },
		);
		assert.equal(tf.memory().numTensors, numTensors);
		source.dispose();
	});

	test("says in its id which held-out data it learned on, and needs them", async () => {
		const given = { optimizer: remedies.tpgm({ optimizer }) };
		const run = await tune(given);
		assert.equal(run.record.task.heldOut?.name, task.heldOut.name);
		assert.match(run.id, /-tpgm-lr/);
		const place = join(folder, "none");
		await assert.rejects(
			finetune(
				tinyBackbone(),
				tinyTask,
				{ ...recipe, ...given },
				{
					folder: place,
				},
			),
			/the optimizer tpgm looks at held-out data, of which the task has none: fine-tune on holdOut/,
		);
		assert.ok(!existsSync(place));
	});
});

const drawn: Readonly<Record<string, readonly [Task, Recipe]>> = {
	classification: [
		shapes({ trainImages: 12, testImages: 4, size: 64 }) as Task,
		recipes.shapes,
	],
	segmentation: [
		shapesSegmentation({ trainImages: 12, testImages: 2, size: 64 }) as Task,
		recipes.shapesSegmentation,
	],
	detection: [
		shapesDetection({ trainImages: 12, testImages: 2, size: 64 }) as Task,
		recipes.shapesDetection,
	],
};

for (const [kind, [given, usual]] of Object.entries(drawn))
	describe(`in ${kind}`, () => {
		const held = holdOut(given, { share: 0.3 });
		const short: Recipe = {
			...usual,
			batchSize: 2,
			length: { steps: 2 },
			warmUp: null,
			learningRate: 1e-3,
		};
		const run = async (changes: Partial<Recipe>, from?: Run) =>
			finetune(
				await miniBackbone("resnet-mini/prime"),
				held,
				{ ...short, ...changes },
				{
					folder,
					workers: 0,
					...(from && { from }),
				},
			);

		test("all remedies train, from a probe, and their soup is scored", async () => {
			const steps = { length: { steps: 1 } };
			const probe = await run({ ...steps, transfer: "fixed-feature" });
			const base = short.optimizer;
			const several = await run(
				{
					...steps,
					optimizer: remedies.spd({ optimizer: base }),
					regularizers: [remedies.l2Sp(), remedies.rgn({ batches: 1 })],
					average: { decay: 0.5 },
				},
				probe,
			);
			const others = [
				await run(
					{ ...steps, optimizer: remedies.ftp({ optimizer: base }) },
					probe,
				),
				await run(
					{ optimizer: remedies.tpgm({ optimizer: base, every: 2 }) },
					probe,
				),
			];
			const soup = await combineRuns(
				[several, ...others],
				remedies.uniformSoup(),
				{ folder },
			);
			const stock = await combineRuns(
				[probe, several, ...others],
				remedies.modelStock(),
				{ folder },
			);
			const between = await combineRuns(
				[probe, several],
				remedies.wiseFt({ parts: "backbone" }),
				{ folder },
			);
			const rows = await evaluate([soup, stock, between], held, {
				corruptions: [],
				images: 2,
				workers: 0,
			});
			assert.equal(rows.length, 3);
			assert.ok(rows.every(({ score }) => score >= 0));
		});
	});
