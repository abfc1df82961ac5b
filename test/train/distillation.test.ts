/** Features are held to those of the backbone that a run began with. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { batchMaker } from "../../src/train/batch.js";
import { distillation } from "../../src/train/distillation.js";
import { exampleMaker } from "../../src/train/examples.js";
import { finetune } from "../../src/train/finetune.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { recipes } from "../../src/train/recipe.js";
import { scratchFolder } from "./folders.js";

const folder = scratchFolder();
const few = { trainImages: 6, testImages: 2, size: 64 };
const tasks = {
	classification: shapes(few),
	segmentation: shapesSegmentation(few),
	detection: shapesDetection(few),
} as unknown as Readonly<Record<string, Task>>;

const small = (seed = 0) =>
	untrainedBackbone(
		{ ...architectures.resnet18, width: 8, classes: 10 } as never,
		{ seed },
	);

const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] as number;

before(() => useEngine("onnxruntime"));

/** A model of a backbone, and a batch to train it on. */
function given(task: Task, seed = 0) {
	const source = small(seed);
	const model = newModel(source, task, 0);
	source.dispose();
	const recipe = { ...recipes.shapes, batchSize: 2 };
	const exampleAt = exampleMaker(task, recipe);
	const batch = batchMaker(task, recipe)([exampleAt(0), exampleAt(1)], {
		step: 0,
		part: 0,
	});
	const options = { ...(batch.sizes && { sizes: batch.sizes }) };
	return { model, batch, options };
}

for (const [what, task] of Object.entries(tasks))
	test(`${what}: nothing is added where the network is as it was, and the distance elsewhere`, () => {
		const teacher = small();
		const held = distillation(task, teacher, { weight: 3 });
		const same = given(task);
		const plain = number(task.loss(same.model, same.batch, same.options));
		const found = number(held.loss(same.model, same.batch, same.options));
		assert.ok(Math.abs(found - plain) < 1e-5 * Math.abs(plain));
		// In train mode the batch norms differ, and so do the features.
		const train = { ...same.options, batchNorm: "train" } as const;
		const moved = number(held.loss(same.model, same.batch, train));
		assert.ok(moved > number(task.loss(same.model, same.batch, train)));

		const other = given(task, 1);
		const images = other.batch.images;
		const expected = tf.tidy(() => {
			if (what === "classification") {
				const seen = [other.model.backbone, teacher].map((one) =>
					one.features(images),
				) as [tf.Tensor, tf.Tensor];
				return number(tf.mean(tf.sum(tf.abs(tf.sub(...seen)), 1)));
			}
			const [own, wanted] = [other.model.backbone, teacher].map((one) =>
				one.pyramid(images).slice(-2),
			) as [tf.Tensor[], tf.Tensor[]];
			return own.reduce(
				(sum, map, i) =>
					sum + number(tf.losses.meanSquaredError(wanted[i] as tf.Tensor, map)),
				0,
			);
		});
		const [before, after] = [task, held].map((one) =>
			number(one.loss(other.model, other.batch, other.options)),
		) as [number, number];
		const added = after - before;
		assert.ok(
			Math.abs(added - 3 * expected) < 1e-3 * added,
			`${added} for ${3 * expected}`,
		);
		const compiled = compile(() =>
			tf.tidy(() => held.loss(other.model, other.batch, other.options)),
		);
		assert.ok(Math.abs(number(compiled()) - after) < 1e-4 * after);
		for (const { model } of [same, other]) disposeModel(model);
		teacher.dispose();
	});

test("where a network is as it was, its features pull at nothing: without batch norms in train mode too", () => {
	const swin = untrainedBackbone("swin-mini", { seed: 0 });
	for (const task of [tasks.classification, tasks.segmentation] as Task[]) {
		const held = distillation(task, swin, { weight: 3 });
		const model = newModel(swin, task, 0);
		const { batch } = given(task);
		const sizes = batch.sizes && { sizes: batch.sizes };
		const options = { ...sizes, batchNorm: "train" } as const;
		const of = (one: Task) =>
			tf.variableGrads(
				() => one.loss(model, batch, options),
				Object.values(model.params).filter(({ trainable }) => trainable),
			);
		const [plain, found] = [of(task), of(held)];
		assert.equal(number(found.value), number(plain.value));
		for (const [name, gradient] of Object.entries(plain.grads)) {
			const expected = gradient.dataSync<"float32">();
			const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
			found.grads[name]?.dataSync().forEach((value, i) => {
				const by = Math.abs(value - (expected[i] as number));
				assert.ok(by <= 1e-4 * largest, `${name}: ${by} of ${largest}`);
			});
		}
		assert.equal(
			Object.keys(found.grads).length,
			Object.keys(plain.grads).length,
		);
		disposeModel(model);
	}
	swin.dispose();
});

test("only cells that are mostly of the classes count", () => {
	const task = tasks.segmentation as Task;
	const teacher = small();
	const { model, options } = given(task, 1);
	const images = tf.tidy(() =>
		tf.randomUniform([1, 64, 64, 3], -1, 1, "float32", 7),
	) as tf.Tensor4D;
	const sizes = tf.tensor2d([[64, 64]]);
	/** Labels of one class in so many of the 1,024 pixels of the first cell of stride 32, and of another elsewhere. */
	const added = (pixels: number, where?: { classes: number[] }) => {
		const values = new Int32Array(64 * 64).fill(1);
		for (let i = 0; i < pixels; i++)
			values[64 * Math.floor(i / 32) + (i % 32)] = 7;
		const labels = tf.tensor3d(values, [1, 64, 64], "int32");
		const batch = { images, targets: { labels } };
		const held = distillation(task, teacher, {
			measure: "l2",
			weight: 1,
			maps: 1,
			...(where && { where }),
		});
		return (
			number(held.loss(model, batch, { ...options, sizes })) -
			number(task.loss(model, batch, { ...options, sizes }))
		);
	};
	const [own, wanted] = [model.backbone, teacher].map((one) =>
		one.pyramid(images).at(-1),
	) as [tf.Tensor, tf.Tensor];
	const norms = tf.norm(tf.sub(own, wanted), 2, -1).dataSync<"float32">();
	const near = (found: number, expected: number) =>
		assert.ok(Math.abs(found - expected) < 1e-3, `${found} for ${expected}`);
	near(added(0), norms.reduce((a, b) => a + b) / norms.length);
	near(added(768, { classes: [7] }), norms[0] as number);
	near(added(767, { classes: [7] }), 0);
	assert.throws(
		() => distillation(task, teacher, { where: { classes: [99] } }),
		/classes, and none of index 99/,
	);
	assert.throws(
		() => distillation(tasks.classification as Task, teacher, { maps: 2 }),
		/shapes uses pooled features, of which there are no maps/,
	);
	disposeModel(model);
	teacher.dispose();
});

describe("runs", () => {
	const task = tasks.classification as Task;
	const recipe = { ...recipes.shapes, batchSize: 2, length: { steps: 3 } };
	const tune = async (
		held: Task,
		changes: object = {},
	): Promise<{ id: string; losses: number[] }> => {
		const backbone = small();
		const { id, log } = await finetune(
			backbone,
			held,
			{ ...recipe, ...changes },
			{ folder, workers: 0 },
		);
		backbone.dispose();
		return { id, losses: log.map(({ loss }) => loss) };
	};

	test("with weight 0 are the plain one, number by number, and have ids of their own", async () => {
		const teacher = small();
		const [plain, none, held] = [
			await tune(task),
			await tune(distillation(task, teacher, { weight: 0 })),
			await tune(distillation(task, teacher)),
		];
		assert.deepEqual(none.losses, plain.losses);
		assert.notDeepEqual(held.losses, plain.losses);
		assert.equal(new Set([plain, none, held].map(({ id }) => id)).size, 3);
		const other = small(1);
		const elsewhere = await tune(distillation(task, other));
		assert.notEqual(elsewhere.id, held.id);
		other.dispose();
		teacher.dispose();
	});

	test("of a frozen backbone have nothing to keep", async () => {
		const teacher = small();
		const frozen = { transfer: "fixed-feature" };
		const plain = await tune(task, frozen);
		const held = await tune(distillation(task, teacher), frozen);
		held.losses.forEach((loss, i) => {
			assert.ok(Math.abs(loss - (plain.losses[i] as number)) < 1e-5);
		});
		teacher.dispose();
	});

	test("go with consistency, whose views are held to the clean one", async () => {
		const teacher = small();
		const views = {
			consistency: { weight: 12, views: 2 },
		};
		const alone = await tune(task, {
			...views,
			augment: { name: "prime", preset: "dense" },
		});
		const held = await tune(distillation(task, teacher), {
			...views,
			augment: { name: "prime", preset: "dense" },
		});
		assert.notDeepEqual(held.losses, alone.losses);
		assert.ok((held.losses[0] as number) > (alone.losses[0] as number));
		teacher.dispose();
	});
});
