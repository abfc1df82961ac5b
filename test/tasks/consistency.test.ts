/** Dense tasks are asked to say the same of an image and of its views. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { Random } from "../../src/random.js";
import {
	regionDivergence,
	rpnDivergence,
} from "../../src/tasks/coco/mask-rcnn/consistency.js";
import type { Consistency } from "../../src/tasks/consistency.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { batchMaker } from "../../src/train/batch.js";
import { exampleMaker } from "../../src/train/examples.js";
import { finetune } from "../../src/train/finetune.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { recipes } from "../../src/train/recipe.js";
import { scratchFolder } from "../train/folders.js";

const folder = scratchFolder();

const small = () =>
	untrainedBackbone({
		...architectures.resnet18,
		width: 8,
		classes: 10,
	} as never);

const tasks = {
	segmentation: shapesSegmentation({ trainImages: 4, testImages: 2, size: 64 }),
	detection: shapesDetection({ trainImages: 4, testImages: 2, size: 64 }),
} as unknown as Readonly<Record<string, Task>>;

const common = { batchSize: 2, length: { steps: 2 } } as const;
const usual = {
	segmentation: { ...recipes.shapesSegmentation, ...common },
	detection: { ...recipes.shapesDetection, ...common },
} as const;

const number = (x: tf.Tensor): number => x.dataSync()[0] as number;

before(() => useEngine("onnxruntime"));

for (const [what, task] of Object.entries(tasks))
	describe(what, () => {
		/** A network, a batch of views of it that are all alike, and options that draw the same. */
		function given() {
			const source = small();
			const model = newModel(source, task, 0);
			source.dispose();
			const recipe = usual[what as keyof typeof usual];
			const exampleAt = exampleMaker(task, recipe);
			const batch = batchMaker(task, recipe)(
				[0, 1].map((i) => exampleAt(i)),
				{ step: 0, part: 0 },
			);
			const viewsOf = (change: (x: tf.Tensor4D) => tf.Tensor4D) => ({
				images: tf.concat([batch.images, change(batch.images)]),
				sizes: tf.concat([batch.sizes, batch.sizes] as tf.Tensor2D[]),
			});
			const options = (sizes?: tf.Tensor2D) => ({
				...(sizes && { sizes }),
				...(what === "detection" && {
					training: { random: new Random("draws") },
				}),
			});
			return { model, batch, viewsOf, options };
		}

		const asked = (more: Partial<Consistency> = {}): Consistency => ({
			weight: 1,
			views: 2,
			...more,
		});

		test("views that are alike do not diverge, and their loss is the plain one", () => {
			const { model, batch, viewsOf, options } = given();
			const { targets } = batch;
			const plain = number(
				task.loss(model, batch, options(batch.sizes)) as tf.Tensor,
			);
			const { images, sizes } = viewsOf((x) => x);
			for (const supervise of ["clean", "all"] as const) {
				const found = task.consistency?.(
					model,
					{ images, targets, consistency: asked({ supervise }) },
					options(sizes),
				);
				assert.ok(found);
				assert.ok(Math.abs(number(found.divergence)) < 1e-6);
				assert.ok(Math.abs(number(found.loss) - plain) < 1e-5 * plain);
			}
			disposeModel(model);
		});

		test("another view diverges, and changes the loss only where it is supervised", () => {
			const { model, batch, viewsOf, options } = given();
			const { targets } = batch;
			const plain = number(
				task.loss(model, batch, options(batch.sizes)) as tf.Tensor,
			);
			const { images, sizes } = viewsOf((x) => tf.sub(1, x));
			const of = (supervise: "clean" | "all") => {
				const found = task.consistency?.(
					model,
					{ images, targets, consistency: asked({ supervise }) },
					options(sizes),
				);
				assert.ok(found);
				return [number(found.loss), number(found.divergence)] as const;
			};
			const [clean, all] = [of("clean"), of("all")];
			// What is proposed, sampled and asked of the clean view does not depend on the other.
			assert.ok(Math.abs(clean[0] - plain) < 1e-5 * plain);
			assert.ok(Math.abs(all[0] - plain) > 1e-4 * plain);
			assert.ok(clean[1] > 1e-6 && clean[1] < Math.LN2 * 1.1);
			assert.ok(Math.abs(clean[1] - all[1]) < 1e-6);
			disposeModel(model);
		});

		test("is trained, resumed and told from runs without by its id", async () => {
			const recipe = {
				...usual[what as keyof typeof usual],
				augment: { name: "prime", preset: "dense" },
			} as const;
			const backbone = small();
			const tune = (consistency: Consistency | number | null) =>
				finetune(
					backbone,
					task,
					{ ...recipe, consistency },
					{ folder, workers: 0 },
				);
			const two = await tune(asked({ weight: 10 }));
			const three = await tune({ weight: 10 });
			const none = await tune(null);
			const ids = [two, three, none].map(({ id }) => id);
			assert.equal(new Set(ids).size, 3);
			assert.match(two.id, /-consistent-/);
			assert.doesNotMatch(none.id, /consistent/);
			assert.notEqual(two.log[1]?.loss, none.log[1]?.loss);
			assert.equal((await tune(asked({ weight: 10 }))).folder, two.folder);
			backbone.dispose();
		});
	});

test("pixels without a label are left out where that is asked for", () => {
	const task = tasks.segmentation as Task;
	const source = small();
	const model = newModel(source, task, 0);
	source.dispose();
	const images = tf.concat([tf.zeros([1, 64, 64, 3]), tf.ones([1, 64, 64, 3])]);
	const labels = tf.fill([1, 64, 64], 255, "int32");
	const divergence = (labelsOnly: boolean) => {
		const consistency = { weight: 1, views: 2, labelsOnly } as const;
		const batch = {
			images: images as tf.Tensor4D,
			targets: { labels },
			consistency,
		};
		return number(task.consistency?.(model, batch)?.divergence as tf.Tensor);
	};
	assert.ok(divergence(false) > 0);
	assert.equal(divergence(true), 0);
	disposeModel(model);
});

describe("what both stages say", () => {
	const outputs = (...rows: number[][]) =>
		rows.map((row) => ({
			objectness: tf.tensor2d([row]),
			deltas: tf.zeros([1, row.length, 4]) as tf.Tensor3D,
		}));
	const indices = tf.tensor1d([0, 2], "int32");
	const anchors = {
		levels: [
			{ start: 0, end: 2 },
			{ start: 2, end: 4 },
		],
	};

	test("of anchors is compared where they are learned from, or everywhere as released", () => {
		const views = outputs([2, 5, 0, 1], [0, -5, 0, 1]);
		const of = (isSample: number[], normalization?: "as-released") =>
			number(
				rpnDivergence(views, {
					indices,
					isSample: tf.tensor1d(isSample),
					anchors: anchors as never,
					normalization,
				}),
			);
		const near = (found: number, expected: number) =>
			assert.ok(Math.abs(found - expected) < 1e-6, `${found}, ${expected}`);
		near(of([1, 0]), 0.0895409);
		near(of([1, 1]), 0.0895409 / 2);
		near(of([0, 1]), 0);
		// Of sigmoids of 5 and -5.
		const share = 1 / (1 + Math.exp(-5));
		const opposite =
			Math.LN2 + share * Math.log(share) + (1 - share) * Math.log(1 - share);
		near(of([1, 1], "as-released"), (0.0895409 + opposite) / 2 / (2 * 2));
	});

	test("of regions is compared where there is one", () => {
		const logits = (x: number) => ({
			logits: tf.tensor2d([
				[x, 0],
				[9 * x, 4],
			]),
		});
		const regions = {
			counts: tf.tensor1d([1], "int32"),
			labels: tf.zeros([1, 2], "int32") as tf.Tensor2D,
		};
		const views = [logits(2), logits(0)];
		const mean = number(regionDivergence(views, regions, "mean"));
		assert.ok(Math.abs(mean - 0.0895409) < 1e-6);
		const released = number(regionDivergence(views, regions, "as-released"));
		assert.ok(Math.abs(released - 0.0895409 / 2) < 1e-6);
		const gradient = tf.grad((x) =>
			regionDivergence(
				[views[0] as { logits: tf.Tensor2D }, { logits: x as tf.Tensor2D }],
				regions,
				"mean",
			),
		)(logits(0).logits);
		assert.deepEqual([...gradient.dataSync().slice(2)], [0, 0]);
	});
});
