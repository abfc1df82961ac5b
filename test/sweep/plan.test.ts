import assert from "node:assert/strict";
import {
	cpSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { remedies } from "../../src/combine/remedies.js";
import { useEngine } from "../../src/engine/engine.js";
import { batchNormAdaptation } from "../../src/evaluate/batch-norm-adaptation.js";
import { createImage } from "../../src/image/image.js";
import { attach } from "../../src/sweep/attach.js";
import { type SweepOptions, sweep } from "../../src/sweep/sweep.js";
import { vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { adversarial } from "../../src/train/adversarial.js";
import { distillation } from "../../src/train/distillation.js";
import { recipes } from "../../src/train/recipe.js";
import { scratchFolder } from "../train/folders.js";
import {
	darker,
	doubled,
	doubledInSecret,
	gray,
	grayHere,
	hinge,
} from "./own-parts.js";
import {
	smallBackbone,
	smallEvaluate,
	smallRecipe,
	smallTask,
} from "./small.js";

before(() => useEngine());

const folder = scratchFolder();
const backbone = smallBackbone();

const plan = (changes: Partial<SweepOptions> = {}) =>
	sweep({
		backbones: backbone,
		tasks: smallTask(),
		recipes: smallRecipe,
		evaluate: smallEvaluate,
		folder,
		...changes,
	});

const filesOf = (at: string) =>
	readdirSync(at, { recursive: true, encoding: "utf8" })
		.sort()
		.map((name) => [name, statSync(join(at, name)).mtimeMs] as const);

describe("a plan", () => {
	test("is one folder however often it is made, and nothing is written twice", async () => {
		const first = await plan();
		const files = filesOf(first.folder);
		const second = await plan();
		assert.equal(second.folder, first.folder);
		assert.deepEqual(filesOf(first.folder), files);
		assert.ok(files.some(([name]) => name.startsWith("logs")));
		const others = await Promise.all([
			plan({ evaluate: false }),
			plan({ seeds: [1] }),
			plan({ evaluate: { corruptions: ["fog"] } }),
		]);
		const ids = new Set([first, ...others].map(({ id }) => id));
		assert.equal(ids.size, 4);
	});

	test("is read by another process, wherever the folder is seen", async () => {
		const own = scratchFolder();
		const { folder: at, cells } = await plan({
			folder: join(own, "here"),
			seeds: [4, 5],
		});
		const text = readFileSync(join(at, "plan.json"), "utf8");
		assert.ok(!text.includes(own) && !text.includes("file:"), text);
		renameSync(join(own, "here"), join(own, "there"));
		const found = await attach(at.replace("here", "there"));
		assert.deepEqual(
			found.cells.map(({ run }) => run),
			cells.map(({ run }) => run),
		);
		const { counts } = await found.status();
		assert.equal(counts.waiting, 2);
	});

	test("that is missing, damaged or of a later version is said to be", async () => {
		await assert.rejects(attach(folder), /no sweep in .* plan\.json/);
		const { folder: at } = await plan();
		const copy = join(scratchFolder(), "copy");
		cpSync(at, copy, { recursive: true });
		const path = join(copy, "plan.json");
		const text = readFileSync(path, "utf8");
		writeFileSync(path, text.replace('"format": 1', '"format": 99'));
		await assert.rejects(attach(copy), /later version, in format 99/);
		writeFileSync(path, text.slice(0, 100));
		await assert.rejects(attach(copy), /plan\.json is damaged/);
	});

	test("has a cell for each task, backbone, recipe and seed, in that order", async () => {
		const { cells } = await plan({
			backbones: [backbone, smallBackbone(1)],
			recipes: {
				base: smallRecipe,
				grid: {
					learningRate: [0.01, 0.1],
					transfer: ["fixed-feature", "full-network"],
				},
			},
			seeds: [0, 1],
		});
		assert.equal(cells.length, 16);
		const told = cells.map(
			({ backbone, recipe: { learningRate, transfer, seed } }) =>
				`${backbone} ${learningRate} ${transfer} ${seed}`,
		);
		assert.deepEqual(told.slice(0, 5), [
			"untrained 0 0.01 fixed-feature 0",
			"untrained 0 0.01 fixed-feature 1",
			"untrained 0 0.01 full-network 0",
			"untrained 0 0.01 full-network 1",
			"untrained 0 0.1 fixed-feature 0",
		]);
		assert.equal(new Set(told).size, 16);
		assert.deepEqual(
			[cells[0]?.steps, cells[0]?.rows, cells[0]?.task],
			[3, 2, "shapes"],
		);
	});

	test("asks a function for the recipes of each backbone and task", async () => {
		const { cells } = await plan({
			backbones: [backbone, smallBackbone(1)],
			recipes: ({ backbone: { name } }) =>
				name === "untrained 0"
					? smallRecipe
					: [smallRecipe, { ...smallRecipe, learningRate: 0.5 }],
		});
		assert.equal(cells.length, 3);
	});
});

const shapesTask = () => smallTask() as unknown as Task;
const tasks: Readonly<Record<string, () => Task>> = {
	shapes: shapesTask,
	"shapes of the source domain": () =>
		shapes({ domain: "source", testImages: 8 }) as unknown as Task,
	shapesSegmentation: () =>
		shapesSegmentation({ trainImages: 8, testImages: 4 }) as unknown as Task,
	shapesDetection: () =>
		shapesDetection({ trainImages: 8, testImages: 4 }) as unknown as Task,
	"held out": () => holdOut(shapesTask(), { share: 0.3 }),
	adversarial: () => adversarial(shapesTask(), { epsilon: 0.5 }),
	distilled: () => distillation(shapesTask(), backbone),
	"adversarial, distilled and held out": () =>
		holdOut(
			distillation(adversarial(shapesTask(), { epsilon: 0.5 }), backbone),
			{ share: 0.3 },
		),
	"varied, and named so by its source": doubled,
};

describe("a task that another process makes the same", () => {
	for (const [name, make] of Object.entries(tasks))
		test(name, async () => {
			const task = make();
			const recipe =
				task.uses === "pyramid"
					? { ...recipes.shapesSegmentation, batchSize: 2 }
					: smallRecipe;
			const { cells } = await plan({ tasks: task, recipes: recipe });
			assert.equal(cells.length, 1);
		});
});

describe("parts of recipes and of scoring that are found again", () => {
	const { optimizer } = smallRecipe;
	const given = {
		"remedies of a recipe": {
			recipes: {
				...smallRecipe,
				optimizer: remedies.spd({ optimizer }),
				regularizers: [remedies.l2Sp(), remedies.rgn()],
				weights: remedies.trainOnly(["head"]),
			},
		},
		"other optimizers": {
			recipes: [
				remedies.autoRgn({ optimizer }),
				remedies.anchoredDecay({ optimizer, alpha: 0.1 }),
				remedies.ftp({ optimizer }),
			].map((optimizer) => ({ ...smallRecipe, optimizer })),
		},
		"an optimizer that looks at held-out data": {
			tasks: holdOut(smallTask(), { share: 0.3 }),
			recipes: { ...smallRecipe, optimizer: remedies.tpgm({ optimizer }) },
		},
		"a loss whose source gives it whole, an augmentation whose source is its make":
			{
				recipes: {
					...smallRecipe,
					loss: hinge({ by: 2 }),
					augment: darker(10) as never,
				},
			},
		"an adaptation, a corruption of one's own, pictures of frost": {
			evaluate: {
				adaptation: batchNormAdaptation(),
				corruptions: [gray, "frost"] as never,
				frostPictures: [createImage(300, 300)],
			},
		},
	} satisfies Record<string, Partial<SweepOptions>>;
	for (const [name, changes] of Object.entries(given))
		test(name, async () => {
			assert.ok((await plan(changes)).cells.length > 0);
		});
});

describe("a sweep is refused, and says what would be right,", () => {
	const cases: Readonly<Record<string, [() => Partial<SweepOptions>, RegExp]>> =
		{
			"of a task without a source": [
				() => ({ tasks: { ...smallTask(), source: undefined } as never }),
				/the task shapes has no `source`.*module: import\.meta\.url/,
			],
			"of a changed task whose source knows nothing of it": [
				() => ({ tasks: doubledInSecret() }),
				/the task shapes is trained otherwise than the one that shapes of file:.* makes.*vary\(task/,
			],
			"of a task whose scores are changed behind its source": [
				() => ({
					tasks: vary(shapesTask(), "backwards", {
						predictions: (output, shown) => [
							...shapesTask().predictions(output, shown),
						],
					}),
				}),
				/the task shapes is scored otherwise/,
			],
			"with a part of one's own without a source": [
				() => ({
					recipes: {
						...smallRecipe,
						loss: { ...hinge({ by: 1 }), source: undefined } as never,
					},
				}),
				/recipe\.loss is of one's own, "hinge".*`source`/,
			],
			"with a source that makes another thing": [
				() => ({
					recipes: {
						...smallRecipe,
						loss: { ...hinge({ by: 1 }), make: () => () => null as never },
					},
				}),
				/exports no "hinge" that makes hinge as it was given/,
			],
			"with a corruption of one's own without a source": [
				() => ({ evaluate: { corruptions: [grayHere] } }),
				/evaluate\.corruptions\[0\] is a corruption of one's own, grayer.*`source`/,
			],
			"with another run to begin with": [
				() => ({ from: {} }) as never,
				/no `from`.*finetune\(backbone, task, recipe, \{ from \}\)/,
			],
			"with what belongs to one who waits": [
				() => ({ evaluate: { reporter: () => {} } as never }),
				/evaluate\.reporter is of a call that is waited for/,
			],
			"with the same run twice": [
				() => ({ recipes: [smallRecipe, smallRecipe] }),
				/two cells are the same run/,
			],
			"with seeds given twice": [
				() => ({
					recipes: { base: smallRecipe, grid: { seed: [1] } },
					seeds: [2],
				}),
				/seeds are given twice/,
			],
			"with a setting in the grid that is no list": [
				() => ({
					recipes: { base: smallRecipe, grid: { learningRate: 0.1 as never } },
				}),
				/recipes\.grid\.learningRate must be a list/,
			],
			"with a setting that recipes have not": [
				() => ({
					recipes: {
						base: smallRecipe,
						grid: { learningrate: [0.1] } as never,
					},
				}),
				/learningrate/,
			],
			"of nothing": [() => ({ backbones: [] }), /backbones must be a backbone/],
		};
	for (const [name, [changes, expected]] of Object.entries(cases))
		test(name, async () => {
			await assert.rejects(async () => plan(changes()), expected);
		});
});
