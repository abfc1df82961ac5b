import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Example, Task } from "../../src/tasks/task.js";
import { describeRun } from "../../src/train/describe-run.js";
import { exampleStream } from "../../src/train/example-stream.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { scratchFolder } from "./folders.js";
import { calls, darker, inverting, makeDarker } from "./own-augmentations.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";
import { variedTask } from "./varied-task.js";

before(() => useEngine("onnxruntime"));

const folder = scratchFolder();
const small = { ...tinyRecipe, batchSize: 4, length: { steps: 2 } };
const shapesTask = () => shapes({ trainImages: 40, size: 32, seed: 3 });

async function examplesOf<Target>(
	task: Task<Target, unknown>,
	augment: Recipe["augment"],
	workers?: number,
): Promise<Example<Target>[]> {
	const recipe = { seed: 1, batchSize: 8, augment };
	const stream = exampleStream({ task, recipe, from: 2 }, workers);
	const { value: examples } = await stream.next();
	await stream.return();
	return examples as Example<Target>[];
}

describe("augmentations of single images", () => {
	const augments: readonly (readonly [string, Recipe["augment"]])[] = [
		["named", { name: "trivial-augment" }],
		["of one's own", darker(90)],
		["in turn", [darker(90), { name: "rand-augment" }, { name: "mixup" }]],
	];
	for (const [what, augment] of augments)
		test(`${what} are made in threads as in this thread`, async () => {
			const task = shapesTask();
			const expected = await examplesOf(task, augment, 0);
			assert.notDeepEqual(expected, await examplesOf(task, null, 0));
			const before = calls.images;
			assert.deepEqual(await examplesOf(task, augment, 2), expected);
			// The first message of threads is made here too.
			assert.ok(calls.images <= before + 8);
		});

	test("come after the task's own, and one after the other", async () => {
		const [plain, dark] = [
			await examplesOf(tinyTask, null),
			await examplesOf(tinyTask, darker(90)),
		];
		const amounts = plain.map(({ image, target }, i) => {
			const { image: after, target: kept } = dark[i]!;
			assert.equal(kept, target);
			const bright = image.data.findIndex((value) => value > 90);
			const less = image.data[bright]! - after.data[bright]!;
			assert.deepEqual(
				after.data,
				image.data.map((value) => Math.max(value - less, 0)),
			);
			return less;
		});
		assert.ok(new Set(amounts).size > 4, "each image has draws of its own");
		const twice = await examplesOf(tinyTask, [darker(90), darker(90)]);
		assert.ok(
			twice.some(({ image }, i) => image.data[0] !== dark[i]!.image.data[0]),
		);
	});

	test("without a source they are made in this thread alone", async () => {
		const own = { ...darker(90), source: undefined };
		const before = calls.images;
		const found = await examplesOf(shapesTask(), own, 2);
		assert.equal(calls.images, before + 8);
		assert.deepEqual(found, await examplesOf(shapesTask(), darker(90), 0));
	});

	test("a source that makes another one is refused, and one that there is not", async () => {
		const other = {
			...darker(90),
			make: ({ most }: { most: number }) => makeDarker({ most: most / 2 }),
		};
		await assert.rejects(
			examplesOf(shapesTask(), other, 1),
			/or the augmentation darker is not what makeDarker of .*own-augmentations/,
		);
		const { module } = darker(1).source as { module: string };
		const source = { module, name: "nothing" };
		await assert.rejects(
			examplesOf(shapesTask(), { ...darker(1), source }, 1),
			/exports no function "nothing"/,
		);
	});

	test("what is no image is refused", async () => {
		for (const result of [undefined, {}, Promise.resolve()]) {
			const make = () => ({ image: () => result as never });
			await assert.rejects(
				examplesOf(tinyTask, { name: "broken", make }),
				/the augmentation broken: its image must be an image \{ data, height, width \}/,
			);
		}
	});
});

describe("augmentations of batches", () => {
	const batchAt = (
		augment: Recipe["augment"],
		task: Task<never, unknown> = tinyTask as never,
	) => batchSource(task, { ...tinyRecipe, augment })(1);

	test("are applied in turn, and leave no tensor behind", () => {
		const plain = batchAt(null);
		const back = batchAt([inverting(1), inverting(1)]);
		const off = tf.max(tf.abs(tf.sub(plain.images, back.images)));
		assert.ok((off.dataSync()[0] as number) < 1e-6);
		const before = tf.memory().numTensors;
		for (const augment of [
			null,
			inverting(1),
			inverting(0),
			{ name: "random-erasing" },
			[{ name: "mixup" }, inverting(1), { name: "cutmix" }],
		] as Recipe["augment"][]) {
			const batch = batchAt(augment);
			assert.equal(tf.memory().numTensors, before + 2);
			tf.dispose(batch as never);
		}
	});

	test("padding is the mean color after each of them", () => {
		const task = variedTask() as never;
		const plain = batchAt(null, task);
		const mean = variedTask().normalization.mean.map(Math.fround);
		const changed = batchAt([inverting(1), { name: "random-erasing" }], task);
		const [clean, after] = [plain, changed].map(({ images }) =>
			images.dataSync(),
		);
		let padded = 0;
		clean!.forEach((value, i) => {
			if (value !== mean[i % 3] || i % 3 !== 0) return;
			padded++;
			assert.equal(after![i], value);
		});
		assert.ok(padded > 100);
	});

	test("images of another shape are refused", () => {
		const make = () => ({
			batch: ({
				images,
				targets,
			}: {
				images: tf.Tensor4D;
				targets: object;
			}) => ({
				images: tf.slice(images, 0, 1),
				targets,
			}),
		});
		assert.throws(
			() => batchAt({ name: "shorter", make } as never),
			/the augmentation shorter must give images \[8, 32, 32, 3\] as it was given, not \[1, 32, 32, 3\]/,
		);
	});

	test("mixed labels are refused by tasks of boxes and label maps, which colors are right for", async () => {
		const colors = [
			{
				name: "trivial-augment",
				options: { operations: ["solarize", "color"] },
			},
			{ name: "random-erasing" },
		] as const;
		for (const task of [
			shapesSegmentation({ size: 64, trainImages: 8 }),
			shapesDetection({ trainImages: 8 }),
		] as Task<never, unknown>[]) {
			for (const augment of [{ name: "mixup" }, { name: "cutmix" }] as const)
				assert.throws(
					() => batchSource(task, { ...small, augment })(0),
					new RegExp(`${augment.name} mixes the classes of whole images`),
				);
			await assert.rejects(
				examplesOf(task, { name: "rand-augment" }, 0),
				/rand-augment moves what is in an image/,
			);
			const { images } = batchSource(task, { ...small, augment: colors })(0);
			const plain = batchSource(task, small)(0);
			assert.deepEqual(images.shape, plain.images.shape);
			assert.notDeepEqual(images.dataSync(), plain.images.dataSync());
		}
	});
});

describe("runs with augmentations", () => {
	const idOf = (augment: Recipe["augment"]) =>
		describeRun(tinyBackbone(), tinyTask, {
			recipe: { ...tinyRecipe, augment },
		}).id;

	test("are called by their names, and by options and code", () => {
		assert.match(idOf({ name: "mixup" }), /-full-network-with-mixup-lr/);
		assert.match(
			idOf([{ name: "trivial-augment" }, { name: "mixup" }]),
			/-with-trivial-augment-mixup-lr/,
		);
		const ids = [
			darker(1),
			darker(2),
			{ ...darker(1), make: () => makeDarker({ most: 1 }) },
			[darker(1), inverting(1)],
			[darker(1), { name: "mixup" }],
			[{ name: "mixup" }, { name: "cutmix" }],
			[{ name: "cutmix" }, { name: "mixup" }],
		] as Recipe["augment"][];
		assert.equal(new Set(ids.map(idOf)).size, ids.length);
		assert.equal(idOf(darker(1)), idOf(darker(1)));
	});

	test("train, are found again, and their rows say so", async () => {
		const augment = [darker(40), inverting(0.5), { name: "mixup" }] as const;
		const task = shapesTask();
		const recipe = { ...small, augment };
		const tune = () => finetune(tinyBackbone(), task, recipe, { folder });
		const before = { ...calls };
		const run = await tune();
		assert.ok(calls.images > before.images && calls.batches > before.batches);
		const after = { ...calls };
		assert.equal((await tune()).id, run.id);
		assert.deepEqual(calls, after);
		assert.deepEqual(
			[run.record.recipe.augment].flat().map((one) => one?.name),
			["darker", "inverting", "mixup"],
		);
		const [row] = await evaluate(run, task, { corruptions: [], images: 8 });
		assert.equal(row?.augment, "darker+inverting+mixup");
		const plain = await finetune(tinyBackbone(), task, small, { folder });
		assert.notEqual(plain.log[0]?.loss, run.log[0]?.loss);
		// A record of named augmentations is a recipe as it is.
		const named = { ...small, augment: { name: "cutmix" } } as const;
		const first = await finetune(tinyBackbone(), task, named, { folder });
		const { recipe: again } = first.record;
		assert.equal(
			(await finetune(tinyBackbone(), task, again, { folder })).id,
			first.id,
		);
	});

	test("mixed labels weigh the loss", async () => {
		// Of the same images: what the loss of shares is, of what that of each label is.
		const task = shapesTask();
		const logits = tf.randomNormal(
			[4, task.classes.length],
			0,
			1,
			"float32",
			7,
		);
		const loss = (labels: tf.Tensor) =>
			task.outputLoss!(logits as never, { labels }).dataSync()[0] as number;
		const hot = (label: number) =>
			tf.oneHot(tf.fill([4], label, "int32"), task.classes.length);
		const mixed = tf.add(tf.mul(hot(0), 0.3), tf.mul(hot(2), 0.7));
		const alone = [0, 2].map((label) => loss(tf.fill([4], label, "int32")));
		const expected = 0.3 * alone[0]! + 0.7 * alone[1]!;
		assert.ok(Math.abs(loss(mixed) - expected) < 1e-5);
	});
});
