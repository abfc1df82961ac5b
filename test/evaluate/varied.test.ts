import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import type * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import { predict } from "../../src/evaluate/predict.js";
import { loadPredictor } from "../../src/evaluate/predictor.js";
import { createImage, type Image } from "../../src/image/image.js";
import { vary } from "../../src/tasks/define-task.js";
import type { Shown, Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import { inputOf } from "../../src/train/predictor.js";
import { openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { tinyRecipe } from "../train/tiny-task.js";
import {
	type Labels,
	variedBackbone,
	variedTask,
} from "../train/varied-task.js";

type Varied = Task<Labels, Labels, tf.Tensor[]>;

const folder = scratchFolder();
let run: Run;
let copies = 0;

before(async () => {
	await useEngine();
	const recipe = { ...tinyRecipe, batchSize: 4, length: { steps: 2 } };
	const options = { folder, workers: 0 };
	run = await finetune(variedBackbone(), variedTask(), recipe, options);
});

/** The rows of a copy of the run, which has none yet. */
async function rowsOf(task: Varied, options: EvaluateOptions = {}) {
	const copy = join(folder, `copy-${copies++}`);
	cpSync(run.folder, copy, { recursive: true });
	const rows = await evaluate(openRun(copy), task, {
		corruptions: ["gaussian-noise", "contrast"],
		...options,
	});
	return rows.map(({ seconds: _, ...row }) => row);
}

const withoutSource = (task: Varied): Varied => ({
	...task,
	source: undefined,
});

/** The test images, half as large. */
function half({ data, height, width }: Image): Image {
	const [rows, columns] = [height >> 1, width >> 1];
	const small = createImage(rows, columns);
	for (let i = 0; i < small.data.length; i++) {
		const pixel = Math.floor(i / 3);
		const [y, x] = [2 * Math.floor(pixel / columns), 2 * (pixel % columns)];
		small.data[i] = data[(y * width + x) * 3 + (i % 3)] as number;
	}
	return small;
}

describe("scoring images of varied size", () => {
	test("rows have details, and do not depend on threads", async () => {
		const expected = await rowsOf(withoutSource(variedTask()));
		assert.deepEqual(
			expected.map(({ corruption, images }) => [corruption, images]),
			[
				["clean", 6],
				["gaussian-noise", 6],
				["contrast", 6],
			],
		);
		for (const { score, details, correct, skipped } of expected) {
			assert.ok(score > 0 && score < 100);
			assert.deepEqual(Object.keys(details ?? {}), ["dark", "bright"]);
			assert.ok(correct === undefined && skipped === undefined);
		}
		for (const workers of [0, 1, 2])
			assert.deepEqual(await rowsOf(variedTask(), { workers }), expected);
	});

	test("no workers means none, whether the task has a source or not", async (context) => {
		const start = context.mock.method(Worker.prototype, "postMessage");
		for (const task of [variedTask(), withoutSource(variedTask())])
			await rowsOf(task, { workers: 0 });
		// The thread that moves claims on has messages of its own.
		const given = () =>
			start.mock.calls.filter(
				({ arguments: [message] }) => "ticket" in message,
			);
		assert.equal(given().length, 0);
		await rowsOf(variedTask(), { workers: 1 });
		assert.ok(given().length > 0);
		await assert.rejects(
			rowsOf(variedTask(), { workers: -1 }),
			/workers must be a whole number of at least 0, not -1/,
		);
	});

	test("an interrupt is heard without threads, too", async () => {
		const controller = new AbortController();
		setImmediate(() => controller.abort(new Error("interrupted")));
		const { signal } = controller;
		const task = withoutSource(variedTask({ testBatchSize: 1 }));
		await assert.rejects(
			rowsOf(task, { workers: 0, corruptions: [], signal }),
			/interrupted/,
		);
	});

	test("images of a batch are padded together, and the last batch is full", async () => {
		const shapes: number[][] = [];
		const task = withoutSource(variedTask({ testBatchSize: 4 }));
		const rows = await rowsOf(
			vary(task, "watched", {
				predictions: (output, shown) => {
					shapes.push((output[0] as tf.Tensor).shape, [shown.length]);
					return task.predictions(output, shown);
				},
			}),
		);
		assert.equal(rows.length, 3);
		// At a stride of 4, of multiples of 32 pixels.
		assert.deepEqual(shapes.slice(0, 4), [
			[4, 16, 16, 3],
			[4],
			[4, 16, 16, 3],
			[2],
		]);
	});

	test("predictions are told both sizes, and the network those before padding", async () => {
		const told: Shown[] = [];
		const task = withoutSource(variedTask());
		const seen = vary(task, "half", {
			prepare: half,
			predictions: (output, shown) => {
				told.push(...shown);
				return task.predictions(output, shown);
			},
		});
		await rowsOf(seen, { images: 3, corruptions: [] });
		assert.deepEqual(
			told,
			[0, 1, 2].map((i) => {
				const { height, width } = task.test.sample(i).image;
				const seen = { height: height >> 1, width: width >> 1 };
				return { given: { height, width }, seen };
			}),
		);
	});

	test("the network is told the sizes before padding", async () => {
		const sizes: unknown[] = [];
		const task = variedTask();
		const predictor = await loadPredictor(run, {
			...task,
			forward: ({ params, backbone }, images, options) => {
				sizes.push(options?.sizes?.shape);
				return task.forward({ params, backbone }, images, options);
			},
		});
		const image = half(task.test.sample(0).image);
		const input = inputOf(task, [{ image, given: image }], 1);
		assert.deepEqual(input.sizes?.arraySync(), [[image.height, image.width]]);
		predictor.predict(input);
		assert.deepEqual(sizes[0], [1, 2]);
		predictor.dispose();
	});

	test("an image that cannot be read is left out, counted and reported once", async () => {
		const warnings: string[] = [];
		const onWarning = (warning: string) => void warnings.push(warning);
		const damaged = variedTask({ damagedTest: 2, testBatchSize: 2 });
		const expected = await rowsOf(withoutSource(damaged), { onWarning });
		assert.deepEqual(
			expected.map(({ skipped, images }) => [skipped, images]),
			[
				[1, 6],
				[1, 6],
				[1, 6],
			],
		);
		assert.deepEqual(warnings, [
			"an image is left out of all scores: image 2 is damaged",
		]);
		assert.deepEqual(await rowsOf(damaged, { workers: 2 }), expected);
		const none = variedTask({ damagedTest: 0 });
		await assert.rejects(
			rowsOf(none, { images: 1 }),
			/none of the 1 images .* read: image 0 is damaged/,
		);
	});

	test("a run of other settings, or a task changed without a name for it, is refused", async () => {
		await assert.rejects(
			rowsOf(variedTask({ cut: 1 })),
			/trained with the settings {"cut":3}, not {"cut":1}/,
		);
		await assert.rejects(
			rowsOf({ ...variedTask(), prepare: half }),
			/another prepare than it was made with.*vary\(task, "what it is", { prepare }\)/,
		);
	});

	test("predictions of images at hand are those that are scored", async () => {
		const found: Labels[] = [];
		const task = withoutSource(variedTask());
		const watched = vary(task, "watched", {
			predictions: (output, shown) => {
				const predictions = task.predictions(output, shown);
				found.push(...predictions);
				return predictions;
			},
		});
		await rowsOf(watched, { corruptions: [] });
		const images = [0, 1, 2].map((i) => task.test.sample(i).image);
		assert.deepEqual(await predict(run, task, images), found.slice(0, 3));
		assert.deepEqual(await predict(run, task, []), []);
	});
});
