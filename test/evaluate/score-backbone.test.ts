/** A backbone is scored with its own head, nothing fine-tuned. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { type Backbone, backbone } from "../../src/backbones/backbone.js";
import { miniBackbone } from "../../src/backbones/mini-backbone.js";
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { stateDict } from "../../src/checkpoint/state-dict.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import { predict } from "../../src/evaluate/predict.js";
import { scoreBackbone } from "../../src/evaluate/score-backbone.js";
import { normalize } from "../../src/nn/normalize.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { imagenet } from "../../src/tasks/imagenet/imagenet.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import { finetune } from "../../src/train/finetune.js";
import { imagesToTensor } from "../../src/train/image-batch.js";
import { recipes } from "../../src/train/recipe.js";
import { listRuns } from "../../src/train/run.js";
import { formulaBackbone } from "../backbones/parity.js";
import { sharedData } from "../shared-data.js";
import {
	fixture,
	linkRealImages,
	realImages,
	realLabels,
} from "../tasks/imagenet/fixture.js";
import { scratchFolder } from "../train/folders.js";
import { mobilenet } from "./mobilenet.js";

const folder = scratchFolder();
let mini: Backbone;

before(async () => {
	await useEngine();
	mini = await miniBackbone("resnet-mini/regular");
});

const task = shapes({ domain: "source", testImages: 24 });
const cells: EvaluateOptions = {
	corruptions: ["contrast"],
	severities: [3],
	workers: 0,
};

describe("a bundled backbone on the pictures that it was trained on", () => {
	const runs = join(folder, "mini");

	test("its rows are those of its own logits", async () => {
		const rows = await scoreBackbone(mini, task, { ...cells, folder: runs });
		const samples = Array.from({ length: 24 }, (_, i) => task.test.sample(i));
		const best = tf.tidy(() => {
			const images = imagesToTensor(
				samples.map(({ image }) => task.prepare(image)),
				{ size: { height: 64, width: 64 }, color: task.normalization.mean },
				24,
			);
			return tf
				.argMax(mini.logits(normalize(images, task.normalization)), 1)
				.dataSync();
		});
		const right = samples.filter(({ target }, i) => target === best[i]).length;
		assert.equal(rows[0]?.score, (100 * right) / 24);
		assert.ok(right > 12, `${right} of 24 are right`);
		assert.deepEqual(
			rows.map(({ corruption, transfer, augment, learningRate, backbone }) => [
				corruption,
				transfer,
				augment,
				learningRate,
				backbone,
			]),
			["clean", "contrast"].map((name) => [
				name,
				"none",
				"none",
				0,
				"resnet-mini/regular",
			]),
		);
	});

	test("its run is found again, by evaluate and predict too, and rows are filled in", async () => {
		const [run, ...others] = listRuns(runs);
		assert.ok(run);
		assert.equal(others.length, 0);
		assert.match(
			run.id,
			/^shapes-source-resnet-mini-regular-own-head-[0-9a-f]{8}$/,
		);
		const { results } = runFiles(run.folder);
		const before = readFileSync(results, "utf8");
		const again = await scoreBackbone(mini, task, { ...cells, folder: runs });
		assert.deepEqual(again, await evaluate(run, task, cells));
		assert.equal(readFileSync(results, "utf8"), before);
		const more = await scoreBackbone(mini, task, {
			...cells,
			severities: [3, 5],
			folder: runs,
		});
		assert.deepEqual(more.slice(0, 2), again);
		assert.equal(readFileSync(results, "utf8").trim().split("\n").length, 3);
		const [prediction] = await predict(run, task, [task.test.sample(0).image]);
		assert.ok(Number.isInteger(prediction));
	});

	test("other weights are another run; several are scored together", async () => {
		const prime = await miniBackbone("resnet-mini/prime");
		const both = await scoreBackbone([mini, prime], task, {
			...cells,
			folder: runs,
		});
		assert.deepEqual(
			both.map(({ backbone }) => backbone),
			["regular", "regular", "prime", "prime"].map(
				(name) => `resnet-mini/${name}`,
			),
		);
		assert.equal(listRuns(runs).length, 2);
		prime.dispose();
		await assert.rejects(
			scoreBackbone([mini, mini], task, { name: "one", folder: runs }),
			/name is of one backbone, and there are 2/,
		);
		await assert.rejects(scoreBackbone([], task), /must be a backbone/);
	});

	test("a head of other classes, and a task with layers of its own, are refused", async () => {
		const options = { ...cells, folder: runs };
		await assert.rejects(
			scoreBackbone(mini, shapes({ testImages: 2 }), options),
			/resnet-mini\/regular has a head of 16 classes, and shapes has 10/,
		);
		await assert.rejects(
			scoreBackbone(mini, shapesSegmentation({ testImages: 2 }), options),
			/has no \S+, which shapes-segmentation adds: .*fine-tune it/,
		);
		const named = { ...mini, name: "resnet50/prime" };
		await assert.rejects(
			scoreBackbone(named, task, options),
			/resnet50\/prime was trained with the normalization \{"mean":\[0\.485,.*, and shapes-source has \{"mean":\[0\.49,/,
		);
		const recipe = { ...recipes.shapes, transfer: "none" as never };
		await assert.rejects(
			finetune(mini, task, recipe, { folder: runs }),
			/transfer must be one of fixed-feature, full-network, not "none"/,
		);
	});
});

describe("real images of ImageNet", { skip: realImages.skip }, () => {
	const data = join(folder, "imagenet");
	const few = join(folder, "few");
	before(() => {
		if (realImages.skip) return;
		linkRealImages(data);
		linkRealImages(few, 6);
	});

	const near = (found: readonly number[], expected: readonly number[]) =>
		expected.forEach((value, i) => {
			const off = Math.abs((found[i] as number) - value);
			assert.ok(
				off <= 1e-4 + 1e-3 * Math.abs(value),
				`${found[i]}, not ${value}`,
			);
		});

	/** What PyTorch makes of the images of the task, in its order. */
	const inOrder = <Value>(
		{ test: { place, length } }: ReturnType<typeof imagenet>,
		values: readonly Value[],
	): Value[] => {
		const files = realLabels().map(({ wnid, file }) => `${wnid}/${file}`);
		return Array.from(
			{ length },
			(_, i) => values[files.indexOf(place?.(i) as string)] as Value,
		);
	};

	const logitsOf = (source: Backbone, own: ReturnType<typeof imagenet>) =>
		tf.tidy(() => {
			const images = Array.from({ length: own.test.length }, (_, i) =>
				own.prepare(own.test.sample(i).image),
			);
			const batch = imagesToTensor(
				images,
				{
					size: { height: 224, width: 224 },
					color: own.normalization.mean,
				},
				images.length,
			);
			return source
				.logits(normalize(batch, own.normalization))
				.arraySync() as number[][];
		});

	test("a ResNet's logits are PyTorch's", () => {
		const source = formulaBackbone({
			family: "resnet",
			variant: "imagenet",
			block: "basic",
			depths: [1, 1, 1, 1],
			width: 64,
			classes: 1000,
		});
		const own = imagenet({ folder: few });
		const expected = inOrder(own, fixture.resnet.logits);
		logitsOf(source, own).forEach((row, i) => {
			near(row, expected[i] as number[]);
		});
		source.dispose();
	});

	const weights = sharedData("data/checkpoints/mobilenetV1X0.25_pretrain.tar");
	test("a published MobileNet has PyTorch's top-1 and top-5", {
		skip: weights.skip,
	}, async () => {
		const source = backbone(
			{ family: mobilenet, classes: 1000 },
			stateDict(await readCheckpoint(weights.path)),
		);
		const own = imagenet({ folder: data });
		const small = imagenet({ folder: few });
		const expected = inOrder(small, fixture.mobilenet.logits);
		logitsOf(source, small).forEach((row, i) => {
			near(row, expected[i] as number[]);
		});
		const [clean] = await scoreBackbone(source, own, {
			corruptions: [],
			name: "mobilenet",
			folder: join(folder, "runs"),
			workers: 2,
		});
		const share = (
			isRight: (best: readonly number[], label: number) => boolean,
		) =>
			(100 *
				realLabels().filter(({ label }, i) =>
					isRight(fixture.mobilenet.best[i] as number[], label),
				).length) /
			63;
		assert.equal(
			clean?.score,
			share(([first], label) => first === label),
		);
		assert.equal(
			clean?.details?.["top-5 accuracy"],
			share((best, label) => best.includes(label)),
		);
		const [run] = listRuns(join(folder, "runs"));
		const { image } = small.test.sample(0);
		const [best] = await predict(run as never, own, [image]);
		assert.deepEqual(best, inOrder(small, fixture.mobilenet.best)[0]);
		source.dispose();
	});
});
