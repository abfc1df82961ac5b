/** Learning on real data: a miniature Mask R-CNN learns eight images of COCO by heart, in `STEPS` updates or 300. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { miniBackbone } from "../../src/backbones/mini-backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { cocoClasses } from "../../src/tasks/coco/data/classes.js";
import { detection } from "../../src/tasks/coco/detection.js";
import { shapesNormalization } from "../../src/tasks/shapes/shapes.js";
import { finetune } from "../../src/train/finetune.js";
import { recipes } from "../../src/train/recipe.js";
import { heading, print, table } from "./report.js";

const data = fileURLToPath(
	new URL("../../../../shared/data/coco", import.meta.url),
);
const eight = {
	annotations: join(data, "annotations", "instances_train2017.json"),
	images: join(data, "train2017"),
	only: [36, 370, 575, 636, 24577, 163497, 172123, 432430],
};
const steps = Number(process.env.STEPS ?? 300);

async function learn(folder: string): Promise<void> {
	await useEngine();
	const task = detection({
		name: "coco-eight",
		train: eight,
		test: eight,
		classes: cocoClasses,
		normalization: shapesNormalization,
		views: { scale: [192, 192] },
		network: {
			channels: 32,
			hidden: 128,
			anchor: 16,
			anchors: 64,
			regions: 32,
			proposals: 100,
			detections: 20,
		},
	});
	const recipe = {
		...recipes.shapesDetection,
		length: { steps },
	};
	const start = performance.now();
	const backbone = await miniBackbone("resnet-mini/prime");
	const run = await finetune(backbone, task, recipe, { folder });
	const seconds = (performance.now() - start) / 1000;
	const [row] = await evaluate(run, task, { corruptions: [] });
	const details = (row?.details ?? {}) as Record<string, number>;
	const figure = (name: string) => details[name]?.toFixed(1) ?? "-";
	print(heading("Eight images of COCO, learned by heart", {}));
	print(
		table([
			[
				"steps of 8 images",
				"box AP",
				"box AP50",
				"mask AP",
				"mask AP50",
				"time",
			],
			[
				steps,
				row?.score.toFixed(1) ?? "-",
				figure("box AP50"),
				figure("mask AP"),
				figure("mask AP50"),
				`${seconds.toFixed(0)} s`,
			],
		]),
	);
}

if (!existsSync(data))
	print(`Eight images of COCO, learned by heart: left out, needs ${data}`);
else {
	const folder = mkdtempSync(join(tmpdir(), "overfit-coco-"));
	try {
		await learn(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
