/** Runs and rows are called by all that they depend on. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { robustness } from "../../src/analysis/robustness.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { writePng } from "../../src/image/encode.js";
import { createImage } from "../../src/image/image.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { segmentation } from "../../src/tasks/ade20k/segmentation.js";
import { detection } from "../../src/tasks/coco/detection.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { describeRun } from "../../src/train/describe-run.js";
import { finetune } from "../../src/train/finetune.js";
import { recipes } from "../../src/train/recipe.js";
import { openRun } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";
import { variedBackbone, variedTask } from "../train/varied-task.js";

const folder = scratchFolder();
const early = fileURLToPath(
	new URL("../../../test/fixtures/train/early-run", import.meta.url),
);
const recipe = { ...tinyRecipe, length: { steps: 2 } };

before(() => useEngine());

const tune = (task = tinyTask, backbone = tinyBackbone()) =>
	finetune(backbone, task, recipe, { folder });

describe("what a run is called by", () => {
	test("a changed loss and augmentation are used, and their runs are others", async () => {
		const plain = await tune();
		let [losses, augmentations] = [0, 0];
		const outputLoss: typeof tinyTask.outputLoss = (output, targets) => {
			losses++;
			return tf.mul(2, tinyTask.outputLoss!(output, targets));
		};
		const augment: typeof tinyTask.augment = (example, random) => {
			augmentations++;
			return tinyTask.augment(example, random);
		};
		await assert.rejects(
			tune({ ...tinyTask, outputLoss }),
			/another outputLoss/,
		);
		await assert.rejects(tune({ ...tinyTask, augment }), /another augment/);
		const doubled = await tune(vary(tinyTask, "doubled loss", { outputLoss }));
		const watched = await tune(vary(tinyTask, "watched", { augment }));
		assert.ok(losses > 0 && augmentations > 0);
		assert.match(doubled.id, /^tiny-resnet-doubled-loss-full-network/);
		assert.equal(new Set([plain.id, doubled.id, watched.id]).size, 3);
		assert.ok(doubled.log[0]!.loss > 1.5 * plain.log[0]!.loss);
	});

	test("a backbone with a function of its own is refused by every name", async () => {
		for (const name of ["features", "pyramid", "logits"] as const) {
			const own = { ...tinyBackbone(), [name]: () => tf.zeros([1, 16]) };
			await assert.rejects(
				tune(tinyTask, own as never),
				new RegExp(`the backbone's ${name} is not that of its architecture`),
			);
		}
		const [one, other] = [tinyBackbone(), tinyBackbone()];
		await assert.rejects(
			tune(tinyTask, { ...one, features: other.features }),
			/backbone's features/,
		);
		await assert.rejects(
			tune(tinyTask, { ...one, params: other.params }),
			/not that of its architecture \(resnet\) with its weights/,
		);
	});

	test("another name of the score is no other run, but other rows", async () => {
		const run = await tune();
		const renamed = { ...tinyTask, metricName: "top-1" };
		assert.equal((await tune(renamed)).id, run.id);
		const cells = { corruptions: [], images: 8 } as const;
		const [before] = await evaluate(run, tinyTask, cells);
		const [after] = await evaluate(run, renamed, cells);
		assert.deepEqual([before?.metric, after?.metric], ["accuracy", "top-1"]);
		assert.equal(after?.score, before?.score);
	});

	test("a file of a later version is refused", async () => {
		const own = join(folder, "later");
		mkdirSync(own);
		const record = JSON.parse(readFileSync(runFiles(early).record, "utf8"));
		writeFileSync(
			runFiles(own).record,
			JSON.stringify({ ...record, format: 3 }),
		);
		assert.throws(() => openRun(own), /later version, in format 3/);
	});
});

describe("what a row is called by", () => {
	const cells = { corruptions: ["contrast"], images: 8 } as const;

	test("a changed metric, predictions or preparation is used, and its rows are others", async () => {
		const run = await tune();
		const [clean] = await evaluate(run, tinyTask, cells);
		let scored = 0;
		const changes = {
			metric: () => ({ add: () => void scored++, value: () => 12.5 }),
			predictions: (output: tf.Tensor) => {
				scored++;
				return Array.from({ length: output.shape[0] as number }, () => 0);
			},
			prepare: (image: Parameters<typeof tinyTask.prepare>[0]) => {
				scored++;
				return { ...image, data: image.data.map((value) => 255 - value) };
			},
		};
		for (const [key, change] of Object.entries(changes)) {
			const spread = { ...tinyTask, [key]: change };
			await assert.rejects(
				evaluate(run, spread, cells),
				new RegExp(`another ${key}`),
			);
			scored = 0;
			const task = vary(tinyTask, `own ${key}`, { [key]: change });
			const rows = await evaluate(run, task, cells);
			assert.ok(scored > 0, key);
			assert.notEqual(rows[0]?.scoring, clean?.scoring);
			scored = 0;
			assert.deepEqual(await evaluate(run, task, cells), rows);
			assert.equal(scored, 0, "rows are found again");
		}
		assert.deepEqual((await evaluate(run, tinyTask, cells))[0], clean);
	});

	test("other pictures of frost are other rows", async () => {
		const run = await tune();
		const picture = (value: number) => {
			const image = createImage(64, 64);
			image.data.fill(value);
			return Array.from({ length: 6 }, () => image);
		};
		const scores = async (value: number) =>
			(
				await evaluate(run, tinyTask, {
					corruptions: ["frost"],
					images: 8,
					frostPictures: picture(value),
				})
			).map(({ frost }) => frost);
		const [dark, bright] = [await scores(10), await scores(200)];
		assert.match(dark[1] ?? "", /^pictures [0-9a-f]{8}$/);
		assert.notEqual(bright[1], dark[1]);
	});

	test("threads corrupt with the variant that the row says", async () => {
		const run = await finetune(variedBackbone(), variedTask(), recipe, {
			folder,
			workers: 0,
		});
		const scoresOf = async (
			copy: string,
			task: ReturnType<typeof variedTask>,
		) => {
			const own = join(folder, copy);
			cpSync(run.folder, own, { recursive: true });
			const options = {
				corruptions: ["gaussian-noise"],
				severities: [5],
			} as const;
			const rows = await evaluate(openRun(own), task, {
				...options,
				workers: 1,
			});
			return rows.map(({ seconds: _, ...row }) => row);
		};
		const task = { ...variedTask(), corruptionVariant: "imagenet-c" } as const;
		const expected = await scoresOf("here", { ...task, source: undefined });
		assert.equal(expected[1]?.variant, "imagenet-c");
		assert.deepEqual(await scoresOf("threads", task), expected);
	});

	test("a network that was changed is no other run's, but a changed loss is nothing to a score", async () => {
		const loss = vary(tinyTask, "doubled", {
			outputLoss: (output, targets) =>
				tf.mul(2, tinyTask.outputLoss!(output, targets)),
		});
		const run = await tune(loss);
		const [row] = await evaluate(run, tinyTask, cells);
		assert.equal(row?.variation, "doubled");
		const network = vary(tinyTask, "shifted", {
			forward: (...given) => tf.add(tinyTask.forward(...given), 1),
		});
		await assert.rejects(
			evaluate(run, network, cells),
			/has the task's forward unchanged, and this task has it changed by "shifted"/,
		);
	});

	test("runs that differ in a change of the task are lines of their own, and other scoring is not mixed", async () => {
		const doubled = vary(tinyTask, "doubled", {
			outputLoss: (output, targets) =>
				tf.mul(2, tinyTask.outputLoss!(output, targets)),
		});
		const runs = [await tune(), await tune(doubled)];
		const rows = await evaluate(runs, tinyTask, cells);
		const table = robustness(rows, undefined, { corruptions: ["contrast"] });
		assert.deepEqual(table.array("variation"), ["none", "doubled"]);
		const own = vary(tinyTask, "own", {
			metric: () => ({ ...tinyTask.metric() }),
		});
		const other = await evaluate(runs[0]!, own, cells);
		const contrast = { corruptions: ["contrast"] } as const;
		assert.throws(
			() => robustness([...rows, ...other], undefined, contrast),
			/mixes scoring/,
		);
		const twin = other.map((row): ResultRow => ({ ...row, run: "twin" }));
		assert.throws(
			() => robustness([...rows, ...twin], undefined, contrast),
			/were scored otherwise/,
		);
	});
});

describe("data of one's own", () => {
	const write = async (path: string, value: number, size = 8) => {
		const image = createImage(size, size);
		image.data.fill(value);
		await writePng(path, image);
	};
	const idOf = (task: Parameters<typeof describeRun>[1]) =>
		describeRun(variedBackbone(), task, { recipe }).id;

	test("folders of segmentation are called by their files and what their numbers mean", async () => {
		const data = join(folder, "scenes");
		const [images, annotations] = ["images", "labels"].map((name) => {
			mkdirSync(join(data, name), { recursive: true });
			return join(data, name);
		}) as [string, string];
		await write(join(images, "a.png"), 7);
		await write(join(annotations, "a.png"), 1);
		const id = (options = {}) =>
			idOf(
				segmentation({
					train: { images, annotations },
					test: { images, annotations },
					classes: ["one", "two"],
					...options,
				}),
			);
		const first = id();
		assert.equal(id(), first);
		const others = [id({ values: [1, 2] }), id({ ignored: [9] })];
		await write(join(annotations, "a.png"), 1, 9);
		others.push(id());
		await write(join(images, "b.png"), 7);
		others.push(id(), id({ train: { images, annotations, only: ["a"] } }));
		// What is left of the folder is what it was after the second writing.
		assert.equal(others.at(-1), others.at(-3));
		assert.equal(new Set([first, ...others]).size, 5);
	});

	test("annotation files are called by their content and what is used of it", () => {
		const path = join(folder, "instances.json");
		const save = (width: number) =>
			writeFileSync(
				path,
				JSON.stringify({
					images: [{ id: 1, file_name: "a.png", height: 40, width: 40 }],
					categories: [
						{ id: 1, name: "cat" },
						{ id: 2, name: "dog" },
					],
					annotations: [
						{
							id: 1,
							image_id: 1,
							category_id: 1,
							bbox: [0, 0, width, 9],
							area: 81,
							iscrowd: 0,
							segmentation: [[0, 0, 9, 0, 9, 9]],
						},
					],
				}),
			);
		writeFileSync(join(folder, "a.png"), "");
		const id = (classes: string[], only?: number[]) => {
			const data = { annotations: path, images: folder, only };
			return idOf(
				detection({ name: "pets", train: data, test: data, classes }) as never,
			);
		};
		save(9);
		const first = id(["cat", "dog"]);
		assert.equal(id(["cat", "dog"]), first);
		const others = [id(["dog", "cat"]), id(["cat", "dog"], [1])];
		save(8);
		others.push(id(["cat", "dog"]));
		assert.equal(new Set([first, ...others]).size, 4);
	});
});

test("the ids of runs of ResNets and Swin Transformers stay what they are", () => {
	const task = shapes({ trainImages: 16, testImages: 8, size: 16 });
	const steps = { ...recipes.cifar10, batchSize: 8, length: { steps: 2 } };
	const idOf = (name: "resnet-mini" | "swin-mini") =>
		describeRun(untrainedBackbone(name), task, { recipe: steps }).id.slice(-8);
	assert.deepEqual(
		[idOf("resnet-mini"), idOf("swin-mini")],
		["3114e745", "ef6d74ea"],
	);
});

describe("runs of early versions", () => {
	const backbone = untrainedBackbone({
		family: "resnet",
		variant: "cifar",
		block: "basic",
		depths: [1, 1],
		width: 2,
		classes: 10,
	});
	const task = shapes({ trainImages: 16, testImages: 8, size: 16 });
	const steps = { ...recipes.cifar10, batchSize: 8, length: { steps: 2 } };
	const id = JSON.parse(readFileSync(runFiles(early).record, "utf8")).id;

	test("are found with their rows, where they can be of nothing else", async () => {
		const runs = join(folder, "early");
		cpSync(early, join(runs, id), { recursive: true });
		const options = { folder: runs, name: "tiny" };
		const run = await finetune(backbone, task, steps, options);
		assert.equal(run.id, id);
		const cells = { corruptions: ["contrast"] } as const;
		const file = readFileSync(runFiles(run.folder).results, "utf8");
		const rows = await evaluate(run, task, cells);
		assert.equal(rows.length, 2);
		assert.equal(readFileSync(runFiles(run.folder).results, "utf8"), file);
		await evaluate(run, { ...task, metricName: "top-1" }, cells);
		assert.equal((await evaluate(run, task, cells)).length, 2);
		const varied = vary(task, "same", { augment: (example) => example });
		const other = await finetune(backbone, varied, steps, options);
		assert.notEqual(other.id, id);
	});
});
