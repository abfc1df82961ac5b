import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { miniBackbone } from "../../../src/backbones/mini-backbone.js";
import { useEngine } from "../../../src/engine/engine.js";
import { evaluate } from "../../../src/evaluate/evaluate.js";
import { predict } from "../../../src/evaluate/predict.js";
import { encodePng } from "../../../src/image/encode.js";
import { detection } from "../../../src/tasks/coco/detection.js";
import { finetune } from "../../../src/train/finetune.js";
import { recipes } from "../../../src/train/recipe.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { picture } from "../../lcg.js";

before(() => useEngine());

const sizes = [
	[64, 90],
	[90, 64],
	[70, 70],
	[64, 80],
] as const;

/** Four images: two with a thing, one with a crowd, one with a thing too small to learn from. */
function write(folder: string) {
	const images = join(folder, "images");
	mkdirSync(images);
	const annotations = join(folder, "instances.json");
	const entries = sizes.map(([height, width], i) => {
		writeFileSync(join(images, `${i}.png`), encodePng(picture(height, width)));
		return { id: i, file_name: `${i}.png`, height, width };
	});
	const things = entries.map(({ id }) => ({
		id: id + 1,
		image_id: id,
		category_id: id % 2,
		bbox: [5, 5, id === 3 ? 0.5 : 30, 40],
		area: 1200,
		iscrowd: Number(id === 2),
		segmentation: [[5, 5, 5, 45, 35, 45, 35, 5]],
	}));
	const categories = ["cat", "dog"].map((name, id) => ({ id, name }));
	writeFileSync(
		annotations,
		JSON.stringify({ images: entries, annotations: things, categories }),
	);
	return { annotations, images };
}

test("images of varied size are learned from, scored and looked at", async (context) => {
	const folder = scratch(context);
	const data = write(folder);
	const task = detection({
		name: "pets",
		train: data,
		test: data,
		classes: ["cat", "dog"],
		views: { scale: [96, 64], canvas: "tight" },
		network: {
			channels: 8,
			hidden: 16,
			anchor: 16,
			anchors: 16,
			regions: 8,
			proposals: 20,
			detections: 5,
		},
	});
	const recipe = {
		...recipes.shapesDetection,
		batchSize: 2,
		length: { steps: 2 },
	};
	const backbone = await miniBackbone("resnet-mini/regular");
	const run = await finetune(backbone, task, recipe, { folder, workers: 0 });
	const losses = run.log.map(({ loss }) => loss);
	assert.ok(losses.every((loss) => Number.isFinite(loss) && loss > 0));
	const rows = await evaluate(run, task, {
		corruptions: ["fog"],
		images: 4,
		workers: 1,
	});
	assert.deepEqual(
		rows.map(({ corruption, metric }) => [corruption, metric]),
		[
			["clean", "box AP"],
			["fog", "box AP"],
		],
	);
	for (const { details } of rows)
		assert.ok(Number.isFinite(details?.["mask AP"]));
	const { image } = task.test.sample(1);
	const [found] = await predict(run, task, [image]);
	assert.ok(found!.labels.length <= 5);
	for (const mask of found!.masks)
		assert.deepEqual([mask.height, mask.width], [90, 64]);
});
