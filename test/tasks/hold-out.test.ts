import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { shortHash } from "../../src/canonical.js";
import { useEngine } from "../../src/engine/engine.js";
import { writePng } from "../../src/image/encode.js";
import { createImage } from "../../src/image/image.js";
import { Random } from "../../src/random.js";
import { segmentationFolder } from "../../src/tasks/ade20k/segmentation-folder.js";
import { defineTask, vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { imageFolder } from "../../src/tasks/image-folder/image-folder.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import type { Dataset, Task } from "../../src/tasks/task.js";
import { checkTask } from "../../src/tasks/task-identity.js";
import { makeTask } from "../../src/tasks/task-source.js";
import { describeRun } from "../../src/train/describe-run.js";
import { exampleStream } from "../../src/train/example-stream.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";
import { variedTask } from "../train/varied-task.js";

const idsOf = (dataset: Dataset<unknown>): string[] =>
	Array.from({ length: dataset.length }, (_, i) => dataset.sample(i).id);

const withTrain = (train: Dataset<number>): Task<number, number> =>
	defineTask({ ...tinyTask.made.parts, train } as never);

const { train } = tinyTask;

before(() => useEngine("onnxruntime"));

describe("a part of the training data is held out", () => {
	test("by ids, every example on one side", () => {
		const { train: kept, heldOut } = holdOut(tinyTask, { share: 0.3 });
		const all = new Set([...idsOf(kept), ...idsOf(heldOut)]);
		assert.equal(all.size, 50);
		assert.equal(kept.length + heldOut.length, 50);
		assert.ok(heldOut.length > 5 && heldOut.length < 25);
		assert.equal(kept.name, "tiny/train without 30 % (seed 0)");
		assert.equal(heldOut.name, "tiny/train, 30 % held out (seed 0)");
		assert.throws(() => heldOut.sample(heldOut.length), RangeError);
		const first = heldOut.sample(0);
		const own = idsOf(train).indexOf(first.id);
		assert.deepEqual(first, train.sample(own));
	});

	test("exactly those whose draw, of seed and id alone, is below the share", () => {
		const ids = idsOf(train).filter(
			(id) => new Random("hold-out", 3, id).uniform() < 0.2,
		);
		assert.deepEqual(
			idsOf(holdOut(tinyTask, { share: 0.2, seed: 3 }).heldOut),
			ids,
		);
	});

	test("the same in any order and among others, more with a larger share, others with another seed", () => {
		const held = idsOf(holdOut(tinyTask, { share: 0.2 }).heldOut);
		const reversed = withTrain({
			...train,
			sample: (index) => train.sample(49 - index),
		});
		const backwards = idsOf(holdOut(reversed, { share: 0.2 }).heldOut);
		assert.deepEqual(backwards, held.toReversed());
		const half = withTrain({ ...train, length: 25 });
		const fewer = idsOf(holdOut(half, { share: 0.2 }).heldOut);
		assert.deepEqual(
			fewer,
			held.filter((id) => Number(id.split("-")[1]) < 25),
		);
		const more = idsOf(holdOut(tinyTask, { share: 0.5 }).heldOut);
		assert.ok(held.every((id) => more.includes(id)));
		const other = idsOf(holdOut(tinyTask, { share: 0.2, seed: 1 }).heldOut);
		assert.notDeepEqual(other, held);
	});

	test("without reading an example where ids are known otherwise, and as often as the share says", () => {
		const samples = (index: number): never => assert.fail(`read ${index}`);
		const counted: Dataset<number> = {
			name: "counted",
			length: 20_000,
			id: (index) => `image ${index}`,
			sample: samples,
		};
		const { heldOut } = holdOut(withTrain(counted), { share: 0.1 });
		// Five standard deviations.
		assert.ok(Math.abs(heldOut.length - 2000) < 5 * Math.sqrt(1800));
		assert.equal(heldOut.id?.(0)?.startsWith("image "), true);
		const drawn = shapes({ trainImages: 40 }).train;
		assert.equal(drawn.id?.(7), drawn.sample(7).id);
	});

	test("the task is a varied one, whose runs say so; what tells its data apart is kept", () => {
		const held = holdOut(tinyTask);
		checkTask(held as never);
		const recipe = tinyRecipe;
		const idOf = (task: Parameters<typeof describeRun>[1]) =>
			describeRun(tinyBackbone(), task, { recipe }).id;
		assert.match(idOf(held), /^tiny-resnet-without-10-seed-0-/);
		const again = holdOut(withTrain({ ...train }));
		assert.equal(idOf(again), idOf(held));
		const ids = [
			held,
			tinyTask,
			holdOut(tinyTask, { share: 0.2 }),
			holdOut(tinyTask, { seed: 1 }),
			holdOut(withTrain({ ...train, contents: "others" })),
			// Another text of the data set, which alone says what it holds.
			holdOut(withTrain({ ...train, sample: (index) => train.sample(index) })),
			holdOut(
				vary(tinyTask, "half", { train: { ...train, name: "half/train" } }),
			),
		].map(idOf);
		assert.equal(new Set(ids).size, ids.length);
		const published = shapes({ trainImages: 40 });
		const own = { ...published.train, contents: shortHash("files") };
		const { train: kept, heldOut } = holdOut(
			vary(published, "own", { train: own }),
		);
		assert.deepEqual(
			[kept.contents, heldOut.contents],
			[own.contents, own.contents],
		);
	});

	test("data sets of files know their ids without reading them", async () => {
		const folder = scratchFolder();
		const write = async (path: string) => {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			await writePng(join(folder, path), createImage(8, 8));
		};
		for (const name of ["a", "b", "c"]) {
			await write(`train/cat/${name}.png`);
			await write(`train/dog/${name}.png`);
		}
		const scenes = segmentationFolder({
			images: join(folder, "train", "cat"),
			annotations: join(folder, "none"),
			classes: 2,
		});
		assert.deepEqual(
			[0, 1, 2].map((i) => scenes.id?.(i)),
			["train/cat/a", "train/cat/b", "train/cat/c"],
		);
		const { train: pictures } = imageFolder({
			folder: join(folder, "train"),
			split: { share: 0.34 },
		});
		assert.equal(pictures.length, 4);
		for (let i = 0; i < 4; i++)
			assert.equal(pictures.id?.(i), pictures.sample(i).id);
	});

	test("groups are those of the examples", () => {
		const task = shapesDetection({ trainImages: 30 });
		const grouped = vary(task, "grouped", {
			train: { ...task.train, group: (index: number) => index % 3 },
		});
		const { train: kept } = holdOut(grouped, { share: 0.5 });
		for (let i = 0; i < kept.length; i++) {
			const own = Number(kept.sample(i).id.split("/").at(-1));
			assert.equal(kept.group?.(i), own % 3);
		}
		assert.equal(holdOut(tinyTask).train.group, undefined);
	});

	test("threads make the same task, and its examples", async () => {
		const held = holdOut(variedTask(), { share: 0.25, seed: 2 });
		const made = await makeTask(held.source!);
		assert.deepEqual(idsOf(made.train), idsOf(held.train));
		assert.deepEqual(idsOf(made.heldOut!), idsOf(held.heldOut));
		const recipe = { seed: 0, batchSize: 4 };
		const steps = async (workers: number) => {
			const stream = exampleStream({ task: held, recipe, from: 0 }, workers);
			const found = [await stream.next(), await stream.next()];
			await stream.return();
			return structuredClone(found);
		};
		assert.deepEqual(await steps(1), await steps(0));
		assert.equal(holdOut(tinyTask).source, undefined);
	});

	test("what cannot be held out is refused", () => {
		assert.throws(() => holdOut(tinyTask, { share: 1 }), /below 1/);
		assert.throws(
			() => holdOut(tinyTask, { shares: 0.1 } as never),
			/did you mean "share"\?/,
		);
		assert.throws(
			() => holdOut(holdOut(tinyTask)),
			/has held-out data already: tiny\/train, 10 % held out \(seed 0\)/,
		);
		assert.throws(
			() => holdOut(withTrain({ ...train, length: 2 }), { share: 1e-9 }),
			/of 2 examples of tiny\/train, 0 would be held out/,
		);
	});
});
