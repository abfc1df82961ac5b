import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import type { TrainingBatch } from "../../src/augment/augmentation.js";
import { primePresets } from "../../src/augment/prime-options.js";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import type { Task } from "../../src/tasks/task.js";
import {
	type BatchOf,
	batchStream,
	mixSettings,
} from "../../src/train/batch-stream.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { scratchFolder } from "./folders.js";
import { inverting } from "./own-augmentations.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";
import { variedTask } from "./varied-task.js";

before(() => useEngine());

const prime = { name: "prime", preset: "cifar" } as const;

/** All that is in the batches of some steps. */
async function batchesOf<Target>(
	task: Task<Target, unknown>,
	changes: Partial<Recipe>,
	{
		workers,
		steps = 3,
		pause = 0,
	}: { workers?: number; steps?: number; pause?: number } = {},
): Promise<number[][]> {
	const recipe = { ...tinyRecipe, ...changes };
	const stream = batchStream({ task, recipe, from: 1 }, workers);
	const taken: number[][] = [];
	for (let step = 0; step < steps; step++) {
		const { value } = await stream.next();
		for (let part = 0; part < recipe.accumulate; part++) {
			const batch = (value as BatchOf)(part);
			for (const tensor of [batch.images, ...Object.values(batch.targets)])
				if (tensor instanceof tf.Tensor)
					taken.push([...tensor.shape, ...tensor.dataSync()]);
			tf.dispose(batch as never);
		}
		await delay(pause);
	}
	await stream.return();
	return taken;
}

describe("batches whose images threads mix", () => {
	const cases: readonly (readonly [string, Partial<Recipe>])[] = [
		["by themselves", { augment: prime }],
		["in parts", { augment: prime, accumulate: 2 }],
		["in several views", { augment: prime, consistency: 12 }],
		["after others", { augment: [{ name: "trivial-augment" }, prime] }],
	];
	for (const [how, changes] of cases)
		test(`${how}, are those of this thread, however many threads`, async () => {
			const expected = await batchesOf(tinyTask, changes, { workers: 0 });
			const plain = await batchesOf(
				tinyTask,
				{ ...changes, augment: null, consistency: null },
				{ workers: 0 },
			);
			assert.notDeepEqual(expected, plain);
			for (const workers of [1, 2])
				assert.deepEqual(
					await batchesOf(tinyTask, changes, { workers }),
					expected,
				);
		});

	test("are padded as in this thread, whatever the reading", async () => {
		for (const reading of ["as-described", "as-released"] as const) {
			const changes = {
				augment: { ...prime, preset: "dense" },
				reading,
			} as const;
			const expected = await batchesOf(variedTask(), changes, { workers: 0 });
			assert.deepEqual(
				await batchesOf(variedTask(), changes, { workers: 1 }),
				expected,
			);
		}
	});

	test("come from them where much time is spent on them", async () => {
		let here = 0;
		const { mean, std } = tinyTask.normalization;
		const counted: typeof tinyTask = {
			...tinyTask,
			normalization: {
				// Read for each batch that is mixed in this thread, and once for threads.
				get mean() {
					here++;
					return mean;
				},
				std,
			},
		};
		// So many chains that they take long beside the pause.
		const augment = { ...prime, options: { width: 40 } } as const;
		const { ROBUST_TRANSFER_THREADS: given } = process.env;
		process.env.ROBUST_TRANSFER_THREADS = "2";
		try {
			const steps = 45;
			const expected = await batchesOf(
				tinyTask,
				{ augment },
				{ workers: 0, steps },
			);
			const options = { steps, pause: 50 };
			const found = await batchesOf(counted, { augment }, options);
			assert.deepEqual(found, expected);
			assert.ok(here > 0 && here < steps, `${here} in this thread`);
		} finally {
			if (given === undefined) delete process.env.ROBUST_TRANSFER_THREADS;
			else process.env.ROBUST_TRANSFER_THREADS = given;
		}
	});

	test("what a task throws is thrown after the batches before it", async () => {
		const changes = { augment: { ...prime, preset: "dense" } } as const;
		const task = variedTask({ damaged: 6 });
		const recipe = { ...tinyRecipe, ...changes };
		const good = async (workers: number) => {
			const stream = batchStream({ task, recipe, from: 0 }, workers);
			let count = 0;
			await assert.rejects(async () => {
				for await (const batchOf of stream) {
					tf.dispose(batchOf(0) as never);
					count++;
				}
			}, /image 6 is damaged/);
			return count;
		};
		// The third batch has it.
		assert.equal(await good(0), 2);
		assert.equal(await good(1), 2);
	});

	test("what cannot be drawn is thrown", async () => {
		const wide = {
			...variedTask(),
			padded: () => ({ height: 64, width: 96 }),
		};
		await assert.rejects(
			batchesOf(wide, { augment: prime }, { workers: 1 }),
			/needs square images/,
		);
	});

	test("are those that nothing but PRIME changes", () => {
		const isMixed = (augment: Recipe["augment"]) =>
			mixSettings({ ...tinyRecipe, augment }, tinyTask.normalization) !==
			undefined;
		assert.ok(isMixed(prime));
		assert.ok(isMixed([{ name: "trivial-augment" }, prime]));
		assert.ok(!isMixed(null));
		assert.ok(!isMixed({ name: "trivial-augment" }));
		assert.ok(!isMixed({ name: "augmix" }));
		assert.ok(!isMixed([prime, { name: "mixup" }]));
		assert.ok(!isMixed([prime, inverting(0.5)]));
		const make = () => ({
			batch: (given: TrainingBatch) => given,
			prime: primePresets.cifar,
		});
		assert.ok(!isMixed({ name: "another", make }), "of one's own");
	});
});

describe("runs whose batches threads mix", () => {
	const folder = scratchFolder();
	const weights = async (name: string, workers: number, stops: number[]) => {
		const at = join(folder, name);
		const recipe = { ...tinyRecipe, augment: prime, length: { steps: 5 } };
		const tune = (signal?: AbortSignal, reporter?: () => void) =>
			finetune(tinyBackbone(), tinyTask, recipe, {
				folder: at,
				workers,
				...(signal && { signal }),
				...(reporter && { reporter }),
			});
		for (const stop of stops) {
			const controller = new AbortController();
			let steps = 0;
			const reporter = () => {
				if (++steps === stop) controller.abort(new Error("stopped"));
			};
			await assert.rejects(tune(controller.signal, reporter), /stopped/);
		}
		const run = await tune();
		const bytes = readFileSync(runFiles(run.folder).weights);
		return createHash("sha256").update(bytes).digest("hex");
	};

	test("end bit for bit as without threads, stopped or not", async () => {
		const expected = await weights("none", 0, []);
		assert.equal(await weights("one", 1, [2, 1]), expected);
	});
});
