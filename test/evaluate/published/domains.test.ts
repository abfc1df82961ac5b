/** Domains, whose images are others than the task's own: COCO-O and ACDC. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { PNG } from "pngjs";
import { cocoORobustness } from "../../../src/analysis/coco-o.js";
import { loadResults } from "../../../src/analysis/load-results.js";
import type { Row } from "../../../src/analysis/table-rows.js";
import { weightsOf } from "../../../src/backbones/backbone.js";
import { useEngine } from "../../../src/engine/engine.js";
import { evaluate } from "../../../src/evaluate/evaluate.js";
import { publishedSet } from "../../../src/evaluate/published/published-set.js";
import type { ResultRow } from "../../../src/evaluate/result-row.js";
import { encodePng } from "../../../src/image/encode.js";
import { createImage } from "../../../src/image/image.js";
import { cityscapesClasses } from "../../../src/tasks/ade20k/cityscapes.js";
import { annotatedImages } from "../../../src/tasks/coco/data/annotated-images.js";
import type { Instances } from "../../../src/tasks/coco/instances.js";
import { defineTask, vary } from "../../../src/tasks/define-task.js";
import type { Task } from "../../../src/tasks/task.js";
import { importRun } from "../../../src/train/import-run.js";
import { recipes } from "../../../src/train/recipe.js";
import { madeUpRow } from "../../analysis/made-up-rows.js";
import { drawn, write } from "../../tasks/image-folder/fixture.js";
import { scratchFolder } from "../../train/folders.js";
import { tinyBackbone, tinyTask } from "../../train/tiny-task.js";
import { shownImages } from "./made-up-sets.js";

const folder = scratchFolder();
const domains = [
	"sketch",
	"weather",
	"cartoon",
	"painting",
	"tattoo",
	"handmake",
];

before(() => useEngine());

/** A COCO annotation file of images of 40 x 40 pixels, each with as many boxes as its number. */
const annotated = (counts: readonly number[]): Buffer =>
	Buffer.from(
		JSON.stringify({
			images: counts.map((_, i) => ({
				id: i + 1,
				file_name: `${i + 1}.png`,
				height: 40,
				width: 40,
			})),
			categories: [{ id: 1, name: "thing" }],
			annotations: counts.flatMap((count, i) =>
				Array.from({ length: count }, (_, k) => ({
					id: 100 * i + k,
					image_id: i + 1,
					category_id: 1,
					bbox: [k, k, 10, 10],
					area: 100,
					iscrowd: 0,
				})),
			),
		}),
	);

const square = (shade: number): Uint8Array => {
	const image = createImage(40, 40);
	image.data.fill(shade);
	return encodePng(image);
};

function writeCoco(at: string, counts: readonly number[], shade: number): void {
	write(join(folder, at), {
		"annotations/instances_val2017.json": annotated(counts),
		...Object.fromEntries(
			counts.map((_, i) => [`val2017/${i + 1}.png`, square(shade + i)]),
		),
	});
}

writeCoco("coco", [1, 2, 3], 0);
domains.forEach((domain, d) => {
	writeCoco(
		join("ood_coco", domain),
		Array.from({ length: 2 + d }, () => d),
		10 * d + 10,
	);
});

/** Counts boxes, whatever is predicted: what matters is whose images and targets are scored. */
const counting = (): Task<Instances, number, tf.Tensor> => {
	const { made: _, loss: __, ...parts } = tinyTask;
	const test = annotatedImages({
		name: "coco/val2017",
		annotations: join(folder, "coco", "annotations", "instances_val2017.json"),
		images: join(folder, "coco", "val2017"),
		classes: ["thing"],
	});
	return defineTask({
		...parts,
		name: "counting",
		classes: ["thing"],
		train: test,
		test,
		inputSize: 40,
		metricName: "box AP",
		metric() {
			let sum = 0;
			return {
				add(_: unknown, { boxes }: Instances) {
					sum += boxes.length / 4;
				},
				value: () => sum,
			};
		},
		outputLoss: (output: tf.Tensor) => tf.mean(output) as tf.Scalar,
		batchTargets: () => ({}),
		augment: (example: unknown) => example,
	} as never);
};

test("COCO-O: each domain is scored on its own images, against its own annotations", async () => {
	const task = counting();
	const conditions = publishedSet("coco-o", {
		folder: join(folder, "ood_coco"),
	});
	const source = tinyBackbone();
	const { "linear.weight": _, ...weights } = weightsOf(source);
	const own = Object.fromEntries(
		Object.entries(weights).filter(([name]) => !name.startsWith("linear.")),
	);
	const head = {
		"linear.weight": {
			dtype: "float32",
			shape: [4, 16],
			data: new Float32Array(64),
		},
		"linear.bias": { dtype: "float32", shape: [4], data: new Float32Array(4) },
	} as const;
	const run = await importRun(
		task,
		{ ...own, ...head },
		{
			architecture: { ...source.architecture, classes: 0 },
			recipe: recipes.cifar10,
			folder: join(folder, "runs"),
		},
	);
	const options = { corruptions: conditions, workers: 0 } as const;
	const [clean, ...rows] = await evaluate(run, task, {
		...options,
		severities: [1, 3],
	});
	assert.deepEqual([clean?.score, clean?.images], [6, 3]);
	assert.deepEqual(
		rows.map((row) => [
			row.corruption,
			row.severity,
			row.group,
			row.data,
			row.images,
			row.score,
			row.source,
			row.set,
		]),
		domains.map((domain, d) => [
			domain,
			1,
			"domain",
			`coco-o/${domain}`,
			2 + d,
			d * (2 + d),
			"published",
			"coco-o",
		]),
	);
	// Means over domains are of their own images, whatever the test images are.
	const [row] = cocoORobustness(
		loadResults([clean!, ...rows]),
	).objects() as Row[];
	const mean = (0 + 3 + 8 + 15 + 24 + 35) / 6;
	assert.deepEqual(
		[row?.clean, row?.mean, row?.effectiveRobustness],
		[6, mean, mean - 0.45 * 6],
	);
	// Found again; fewer images are others; a task that looks otherwise at images scores anew.
	const again = await evaluate(run, task, options);
	assert.deepEqual(again.slice(1), rows);
	const few = await evaluate(run, task, { ...options, images: 3 });
	assert.deepEqual(
		few.map(({ images }) => images),
		[3, 2, 3, 3, 3, 3, 3],
	);
	const turned = vary(task, "seen otherwise", { prepare: (image) => image });
	const others = await evaluate(run, turned, options);
	assert.notEqual(others[1]?.scoring, rows[0]?.scoring);
});

test("effective robustness on COCO-O is as published", () => {
	const scores = [9.8, 25.1, 13.9, 23.3, 10.1, 16.3];
	const common = { task: "coco", metric: "box AP", miniature: false } as const;
	const row = (given: Partial<ResultRow>) => madeUpRow({ ...common, ...given });
	const rows = [
		row({ score: 37.4, data: "coco/val2017" }),
		...domains.map((corruption, i) =>
			row({
				corruption,
				corruptionCode: `code${i}`,
				group: "domain",
				severity: 1,
				source: "published",
				set: "coco-o",
				data: `coco-o/${corruption}`,
				images: 100 + i,
				scoring: `scoring${i}`,
				score: scores[i] as number,
			}),
		),
		row({
			corruption: "fog",
			severity: 1,
			group: "weather",
			variant: "any-size",
		}),
	];
	const [table] = cocoORobustness(rows).objects() as Row[];
	assert.equal(Number(table?.mean).toFixed(1), "16.4");
	assert.equal(Number(table?.effectiveRobustness).toFixed(2), "-0.41");
	assert.throws(
		() => cocoORobustness(rows.slice(0, 6)),
		/lacks handmake 1|no corruption "handmake"/,
	);
	assert.throws(
		() => cocoORobustness([row({ metric: "mask AP" })]),
		/of box AP, not of mask AP/,
	);
});

test("COCO-3DCC: the test images under corruption, whose sizes must be theirs", () => {
	const task = vary(counting(), "of maps", { uses: "pyramid" });
	const set = join(folder, "COCO-3DCC");
	const at = (place: string, bytes: Uint8Array) =>
		write(set, { [`fog_3d/2/${place}`]: bytes });
	for (const i of [1, 2, 3]) at(`${i}.jpg`, square(200 + i));
	const [fog] = publishedSet("coco-3dcc", {
		folder: set,
		corruptions: ["fog_3d"],
	});
	const shown = shownImages(task, fog!, { severity: 2 });
	assert.deepEqual(
		shown.map((one) => "image" in one && [one.image.data[0], one.target]),
		[1, 2, 3].map((i) => [200 + i, task.test.sample(i - 1).target]),
	);
	at("1.jpg", drawn("another size", 0));
	assert.throws(
		() => shownImages(task, fog!, { severity: 2 }),
		/1\.png with \d+ x \d+ pixels .*, not 40 x 40, as coco\/val2017 has it/,
	);
});

test("ACDC: images and training ids of each condition, in the classes of Cityscapes", () => {
	const labels = PNG.sync.write(
		{
			height: 40,
			width: 40,
			data: Uint8Array.from({ length: 1600 }, (_, i) =>
				i % 20 === 19 ? 255 : i % 20,
			),
		} as unknown as PNG,
		{ colorType: 0, inputColorType: 0, inputHasAlpha: false },
	);
	const root = join(folder, "acdc");
	for (const condition of ["fog", "night", "rain", "snow"])
		write(root, {
			[`rgb_anon/${condition}/val/GP01/GP01_frame_1_rgb_anon.png`]: square(9),
			[`gt/${condition}/val/GP01/GP01_frame_1_gt_labelTrainIds.png`]: labels,
		});
	const conditions = publishedSet("acdc", { folder: root });
	assert.deepEqual(
		conditions.map(({ name, group }) => [name, group]),
		["fog", "night", "rain", "snow"].map((name) => [name, "domain"]),
	);
	const cityscapes = {
		name: "cityscapes",
		classes: cityscapesClasses,
	} as unknown as Task;
	const { data } = conditions[1]!.open(cityscapes, 1);
	const { id, target } = data.sample(0);
	assert.equal(id, "acdc/night/GP01/GP01_frame_1_rgb_anon");
	assert.deepEqual(
		[...(target as { data: Uint8Array }).data.subarray(0, 20)],
		[...Array.from({ length: 19 }, (_, i) => i), 255],
	);
	assert.throws(
		() =>
			conditions[0]!.open({ name: "ade20k", classes: ["wall"] } as never, 1),
		/19 classes of Cityscapes, and ade20k has 1: its class 0 is "wall", not "road"/,
	);
});
