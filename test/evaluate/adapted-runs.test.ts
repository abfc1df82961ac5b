/** Runs are scored adapted to the images, and their rows say so. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { robustness } from "../../src/analysis/robustness.js";
import { runColumnsOf } from "../../src/analysis/run-columns.js";
import { scopeOf } from "../../src/analysis/scope.js";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Adaptation } from "../../src/evaluate/adaptation.js";
import { batchNormAdaptation } from "../../src/evaluate/batch-norm-adaptation.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { type ResultRow, unpackHits } from "../../src/evaluate/result-row.js";
import { tent } from "../../src/evaluate/tent.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import { finetune } from "../../src/train/finetune.js";
import { recipes } from "../../src/train/recipe.js";
import { openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();
const cells = { corruptions: ["contrast"], severities: [3] } as const;
let copies = 0;

before(() => useEngine("onnxruntime"));

const small = () =>
	untrainedBackbone({
		family: "resnet",
		variant: "cifar",
		block: "basic",
		depths: [1, 1, 1, 1],
		width: 8,
		classes: 10,
	});

/** A copy of a run, which has no rows yet. */
function copyOf(run: Run): Run {
	const path = join(folder, `copy-${copies++}`);
	cpSync(run.folder, path, { recursive: true });
	return openRun(path);
}

const untimed = (rows: readonly ResultRow[]) =>
	rows.map(({ seconds: _, perImage: _file, ...row }) => row);

const recipe = { ...recipes.shapes, batchSize: 8, length: { steps: 6 } };

describe("a run of classification", () => {
	const task = shapes({ testImages: 22, trainImages: 40, size: 32 });
	let run: Run;
	before(async () => {
		const backbone = small();
		run = await finetune(backbone, task, recipe, { folder, workers: 0 });
		backbone.dispose();
	});

	test("as it is scores the same in batches of which the last is short and in whole ones", async () => {
		const [short, whole] = await Promise.all(
			[8, 11].map(async (batchSize) =>
				untimed(await evaluate(copyOf(run), task, { ...cells, batchSize })),
			),
		);
		assert.equal(short?.length, 2);
		assert.deepEqual(short, whole);
	});

	test("has rows of each adaptation, found again, and tables tell them apart", async () => {
		const held = tf.memory().numTensors;
		const adaptations = [undefined, batchNormAdaptation(), tent()];
		const rows: ResultRow[] = [];
		for (const adaptation of adaptations)
			rows.push(
				...(await evaluate(run, task, {
					...cells,
					batchSize: 8,
					...(adaptation && { adaptation: adaptation }),
				})),
			);
		assert.equal(tf.memory().numTensors, held);
		assert.deepEqual(
			rows.map(({ adaptation, corruption }) => [adaptation, corruption]),
			[undefined, "bn16", "tent"].flatMap((name) => [
				[name, "clean"],
				[name, "contrast"],
			]),
		);
		assert.equal(new Set(rows.map(({ scoring }) => scoring)).size, 1);
		assert.equal(
			new Set(rows.map(({ adaptationCode }) => adaptationCode)).size,
			3,
		);
		const again = await evaluate(run, task, {
			...cells,
			batchSize: 8,
			adaptation: batchNormAdaptation(),
		});
		assert.deepEqual(again, rows.slice(2, 4));
		assert.ok(runColumnsOf(rows).includes("adaptation"));
		const chosen = { corruptions: ["contrast"] } as const;
		assert.deepEqual(
			robustness(rows, undefined, chosen)
				.objects()
				.map((row) => (row as { adaptation: string }).adaptation),
			["none", "bn16", "tent"],
		);
		assert.throws(
			() => robustness(rows, ["task"], chosen),
			/one mean would be of adaptation none and bn16 and tent/,
		);
		// Of another run, adapted otherwise under the same name; or scored with its last weights.
		const bn16 = rows.slice(2, 4);
		const others = (change: Partial<ResultRow>) => [
			...bn16,
			...bn16.map((row) => ({ ...row, run: "another", ...change })),
		];
		assert.throws(
			() => robustness(others({ adaptationCode: "other" }), undefined, chosen),
			/but were adapted otherwise, such as in batches of another size/,
		);
		assert.throws(
			() => robustness(others({ weights: "last" }), ["task"], chosen),
			/one mean would be of weights those it ends with and last/,
		);
		assert.equal(robustness(others({}), undefined, chosen).numRows(), 1);
		assert.equal(scopeOf(rows, chosen).images, "22 test images");
	});

	test("scores the same in threads and without, and otherwise at another size of batch", async () => {
		const scores = async (batchSize: number, workers: number) =>
			untimed(
				await evaluate(copyOf(run), task, {
					...cells,
					batchSize,
					workers,
					adaptation: batchNormAdaptation({ prior: 0 }),
				}),
			);
		const here = await scores(8, 0);
		assert.deepEqual(await scores(8, 2), here);
		const other = await scores(11, 0);
		assert.notEqual(other[0]?.adaptationCode, here[0]?.adaptationCode);
	});

	test("has what is right in the places of the images, whatever their order", async () => {
		// What is drawn is told by the label: nothing is random in who is right.
		const right = vary(task, "by its own label", {
			metric: () => {
				const hits: boolean[] = [];
				return {
					add: (_, target) => void hits.push(target < 4),
					value: () => (100 * hits.filter(Boolean).length) / hits.length,
					hit: (_, target) => target < 4,
				};
			},
		});
		const expected = Array.from(
			{ length: 22 },
			(_, i) => task.test.sample(i).target < 4,
		);
		for (const order of ["shuffled", "listed"] as const) {
			const [clean] = await evaluate(copyOf(run), right, {
				corruptions: [],
				adaptation: batchNormAdaptation({ order }),
			});
			assert.deepEqual(unpackHits(clean?.correct as string, 22), expected);
		}
	});

	test("is shown the last batch at its own size, and adapted anew in each cell, by one's own adaptation too", async () => {
		const seen: (string | number)[] = [];
		const counting: Adaptation<{ readonly by: number }> = {
			name: "counting",
			options: { by: 1 },
			make:
				({ by }) =>
				({ task, model }) => {
					return {
						reset: () => {
							seen.push("reset");
						},
						predict: ({ images, shown }) => {
							assert.ok(by > 0);
							seen.push(images.shape[0]);
							const output = task.forward(model, images);
							const predictions = task.predictions(output, shown);
							tf.dispose(output);
							return predictions;
						},
						dispose: () => void seen.push("disposed"),
					};
				},
		};
		const [clean] = await evaluate(copyOf(run), task, {
			...cells,
			batchSize: 8,
			adaptation: counting,
		});
		assert.equal(clean?.adaptation, "counting");
		assert.deepEqual(seen, [
			...["reset", 8, 8, 6],
			...["reset", 8, 8, 6],
			"disposed",
		]);
		const other = { ...counting, options: { by: 2 } };
		const rows = await evaluate(copyOf(run), task, {
			...cells,
			batchSize: 8,
			adaptation: other,
		});
		assert.notEqual(rows[0]?.adaptationCode, clean?.adaptationCode);
	});

	test("without batch norms is refused, and keeps its rows", async () => {
		const swin = untrainedBackbone({
			...architectures["swin-t"],
			width: 8,
			depths: [1, 1, 1, 1],
			heads: [1, 1, 1, 1],
		} as never);
		const other = await finetune(
			swin,
			task,
			{ ...recipe, length: { steps: 1 } },
			{ folder, workers: 0 },
		);
		swin.dispose();
		await assert.rejects(
			evaluate(other, task, {
				...cells,
				adaptation: batchNormAdaptation(),
			}),
			/batch-norm adaptation changes batch norms, and this network of shapes has none/,
		);
	});
});

const dense = {
	segmentation: [
		shapesSegmentation({ trainImages: 4, testImages: 2, size: 64 }),
		recipes.ade20k,
	],
	detection: [
		shapesDetection({ trainImages: 4, testImages: 2, size: 64 }),
		recipes.coco,
	],
} as const;

for (const [what, [task, usual]] of Object.entries(dense))
	test(`a run of ${what} adapts to each image`, async () => {
		const backbone = untrainedBackbone({
			...architectures.resnet18,
			width: 8,
			classes: 10,
		} as never);
		const run = await finetune(
			backbone,
			task as never,
			{ ...usual, batchSize: 2, length: { steps: 1 } },
			{ folder, workers: 0 },
		);
		backbone.dispose();
		const held = tf.memory().numTensors;
		for (const adaptation of [batchNormAdaptation(), tent()]) {
			const rows = await evaluate(run, task as never, {
				...cells,
				adaptation: adaptation,
			});
			assert.equal(rows.length, 2);
			assert.ok(rows.every((row) => row.adaptation === adaptation.name));
			assert.equal(tf.memory().numTensors, held);
		}
	});
