import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { corruptFolder } from "../../data-scripts/corrupt-folder.js";
import { byClass } from "../../src/analysis/by-class.js";
import { loadResults } from "../../src/analysis/load-results.js";
import { selectMetric } from "../../src/analysis/select-metric.js";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { imagenetCBar } from "../../src/corruptions/c-bar/imagenet-c-bar.js";
import type { Corruption } from "../../src/corruptions/corruption.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import {
	type ImageFolderOptions,
	imageFolder,
} from "../../src/tasks/image-folder/image-folder.js";
import { finetune } from "../../src/train/finetune.js";
import { colors, write } from "../tasks/image-folder/fixture.js";
import { scratchFolder } from "../train/folders.js";
import { tinyRecipe } from "../train/tiny-task.js";

await useEngine();

const folder = scratchFolder();
const data = join(folder, "hues");
write(data, {
	...colors("train/", [6, 6, 6]),
	...colors("val/", [9, 2, 3]),
	"val/red/cut.png": new Uint8Array(20),
	"val/red/other.gif": Buffer.from("GIF89a"),
});
const backbone = untrainedBackbone({
	...architectures["resnet-mini"],
	classes: 0,
});
const recipe = { ...tinyRecipe, batchSize: 6, length: { steps: 4 } };
const runs = join(folder, "runs");
const hues = (options: Partial<ImageFolderOptions> = {}) =>
	imageFolder({ folder: data, inputSize: 32, ...options });
const trained = (options?: Partial<ImageFolderOptions>) =>
	finetune(backbone, hues(options), recipe, { folder: runs, workers: 0 });

test("a folder of images is trained on and scored, and what cannot be read is counted", async () => {
	const run = await trained();
	assert.match(run.id, /^hues-/);
	const cells = { corruptions: ["contrast"], severities: [1] } as const;
	const rows = await evaluate(run, hues(), { ...cells, workers: 1 });
	assert.deepEqual(
		rows.map(({ images, skipped, data }) => [images, skipped, data]),
		Array(2).fill([16, 2, "hues/val"]),
	);
	const [{ details = {}, score, metric }] = rows as [(typeof rows)[0]];
	assert.equal(metric, "accuracy");
	const shares = ["blue", "green", "red"].map(
		(name) => details[`accuracy: ${name}`] ?? Number.NaN,
	);
	const [blue, green, red] = shares as [number, number, number];
	const mean = details["mean per class"] ?? Number.NaN;
	assert.ok(Math.abs(mean - (blue + green + red) / 3) < 1e-9);
	assert.ok(Math.abs(score - (3 * blue + 2 * green + 9 * red) / 14) < 1e-9);

	const other = hues({ metric: "mean per class" });
	const means = await evaluate(run, other, { ...cells, workers: 1 });
	assert.deepEqual(
		selectMetric(loadResults(rows), "mean per class").array("score"),
		means.map((row) => row.score),
	);
	assert.deepEqual(
		selectMetric(loadResults(means), "accuracy").array("score"),
		rows.map((row) => row.score),
	);
	assert.ok(means.every(({ correct }) => correct === undefined));
	const table = byClass(loadResults(rows), ["backbone"], cells);
	assert.deepEqual(table.array("class"), ["blue", "green", "red"]);
	assert.deepEqual(table.array("clean"), shares);
});

test("runs are told apart by classes, images and what is seen of them, not by the score or the folder's place", async () => {
	const { id } = await trained();
	const same = [
		{ metric: "mean per class" },
		{ testing: { resize: 32 } },
	] as const;
	for (const options of same) assert.equal((await trained(options)).id, id);
	const others = [
		{ classes: ["red", "green", "blue"] },
		{ filter: "bicubic" },
		{ training: { scale: [0.5, 1] } },
		{ split: { share: 0.2 }, train: "train" },
	] as const;
	const ids = new Set([id]);
	for (const options of others) ids.add((await trained(options)).id);
	assert.equal(ids.size, 1 + others.length);
	await assert.rejects(
		async () =>
			evaluate(await trained(), hues({ classes: ["red", "green", "blue"] })),
		/was trained with the settings/,
	);
});

test("a training image that cannot be read stops the run, and is named", async () => {
	write(data, { "train/green/cut.png": new Uint8Array(20) });
	const name = "with a damaged one";
	await assert.rejects(
		trained({ name }),
		/train\/green\/cut\.png: .*PNG|not an image/,
	);
	rmSync(join(data, "train/green/cut.png"));
});

test("a set that the command writes scores as the corruption that is drawn", async () => {
	const own = join(folder, "shades");
	write(own, {
		...colors("train/", [6, 6, 6]),
		...colors("val/", [5, 3, 4]),
	});
	const shades = (test?: string) =>
		imageFolder({ folder: own, inputSize: 32, ...(test && { test }) });
	const run = await finetune(backbone, shades(), recipe, {
		folder: runs,
		workers: 0,
	});
	const checkerboard = imagenetCBar[6] as Corruption;
	const corruptions = ["gaussian-noise", checkerboard] as const;
	const drawn = await evaluate(run, shades(), {
		...{ corruptions, severities: [5], seed: 2, workers: 1 },
	});
	const output = join(own, "corrupted");
	await corruptFolder(join(own, "val"), output, {
		...{ corruptions, severities: [5], seed: 2, workers: 1 },
		layout: "imagenet-c",
	});
	const predicted = await Promise.all(
		["gaussian_noise", "checkerboard_cutout"].map(async (name) => {
			const task = shades(join("corrupted", name, "5"));
			const [row] = await evaluate(run, task, { corruptions: [], workers: 1 });
			return [row?.score, row?.correct, row?.details];
		}),
	);
	assert.deepEqual(
		predicted,
		drawn
			.slice(1)
			.map(({ score, correct, details }) => [score, correct, details]),
	);
});
