import assert from "node:assert/strict";
import { test } from "node:test";
import { miniBackbone } from "../../../src/backbones/mini-backbone.js";
import { useEngine } from "../../../src/engine/engine.js";
import { predict } from "../../../src/evaluate/predict.js";
import { segmentation } from "../../../src/tasks/ade20k/segmentation.js";
import { finetune } from "../../../src/train/finetune.js";
import { recipes } from "../../../src/train/recipe.js";
import { scratch } from "../../checkpoint/fixtures.js";
import { cocoClasses, cocoFolders, cocoImages, skip } from "./real-data.js";

test("eight real images are learned by heart", { skip }, async (context) => {
	await useEngine();
	const { names, values } = cocoClasses();
	const folders = { ...cocoFolders, only: cocoImages(8) };
	const task = segmentation({
		name: "coco-by-heart",
		train: folders,
		test: folders,
		classes: names,
		values,
		ignored: [0],
		network: { channels: 32, auxiliaryChannels: 16, dropout: 0 },
		training: {
			scale: [96, 96],
			ratio: [1, 1],
			cropSize: 96,
			mostOfOneClass: 1,
			distortsColors: false,
		},
	});
	const run = await finetune(
		await miniBackbone("resnet-mini/regular"),
		task,
		{
			...recipes.shapesSegmentation,
			learningRate: 0.1,
			length: { steps: 140 },
		},
		{ folder: scratch(context) },
	);
	const samples = Array.from({ length: 8 }, (_, i) => task.test.sample(i));
	const images = samples.map(({ image }) => image);
	const metric = task.metric();
	const predictions = await predict(run, task, images);
	samples.forEach(({ target }, i) => {
		metric.add(predictions[i]!, target);
	});
	const { aAcc = 0 } = metric.details?.() ?? {};
	assert.ok(aAcc > 80, `pixel accuracy ${aAcc}`);
});
