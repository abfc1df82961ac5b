import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { useEngine } from "../../src/engine/engine.js";

import { runFiles } from "../../src/runs/run-folder.js";
import { vary } from "../../src/tasks/define-task.js";

import { dataOrder } from "../../src/train/data-order.js";

import { describeRun } from "../../src/train/describe-run.js";
import { type FinetuneOptions, finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import type { Progress } from "../../src/train/reporter.js";
import { listRuns, openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";
import { variedBackbone, variedTask } from "./varied-task.js";

const folder = scratchFolder();
const backbone = tinyBackbone;

before(() => useEngine());

const swin = (): Backbone =>
	untrainedBackbone({
		...architectures["swin-mini"],
		width: 8,
		depths: [2, 1],
		heads: [1, 2],
	});

const tune = (
	changes: Partial<Recipe> = {},
	options: FinetuneOptions = {},
): Promise<Run> =>
	finetune(
		changes.stochasticDepth ? swin() : backbone(),
		tinyTask,
		{ ...tinyRecipe, ...changes },
		{
			folder,
			...options,
		},
	);

const weightsOf = (run: Run): Buffer =>
	readFileSync(runFiles(run.folder).weights);

const untimed = (run: Run) => run.log.map(({ seconds: _, ...row }) => row);

/** Stops a run after some steps, as the stop button of a notebook does. */
async function stopAfter(
	steps: number,
	changes: Partial<Recipe>,
	options: FinetuneOptions,
): Promise<void> {
	const controller = new AbortController();
	const reporter = ({ done }: Progress) => {
		if (done === steps) controller.abort();
	};
	const { signal } = controller;
	await assert.rejects(tune(changes, { ...options, reporter, signal }), {
		name: "AbortError",
	});
}

describe("runs", () => {
	test("a run is a folder that says what it is, and comes back at once", async () => {
		const steps: Progress[] = [];
		const reporter = (progress: Progress) => void steps.push(progress);
		const run = await tune({}, { reporter, name: "tiny/regular" });
		assert.match(
			run.id,
			/^tiny-tiny-regular-full-network-lr0\.01-seed0-[0-9a-f]{8}$/,
		);
		assert.deepEqual(readdirSync(run.folder).sort(), [
			"log.jsonl",
			"recipe.json",
			"weights.safetensors",
		]);
		assert.ok(run.finished);
		assert.deepEqual(run.record.recipe, tinyRecipe);
		assert.deepEqual(
			run.log.map(({ step }) => step),
			Array.from({ length: 12 }, (_, i) => i + 1),
		);
		assert.deepEqual(
			steps.map(({ done, total }) => [done, total]),
			Array.from({ length: 12 }, (_, i) => [i + 1, 12]),
		);
		const { tensors } = await readCheckpoint(runFiles(run.folder).weights);
		assert.deepEqual(tensors["linear.weight"]?.shape, [4, 16]);
		assert.deepEqual(tensors["conv1.weight"]?.shape, [8, 3, 3, 3]);

		const again = await tune({}, { reporter, name: "tiny/regular" });
		assert.deepEqual(again, run);
		assert.equal(steps.length, 12, "nothing was trained again");
		assert.deepEqual(listRuns(folder), [run]);
	});

	test("the id tells backbones, tasks and recipes apart, but not the order of a recipe", () => {
		const id = (
			source: Backbone,
			recipe: Recipe = tinyRecipe,
			task = tinyTask,
		) => describeRun(source, task, { recipe }).id;
		const expected = id(backbone());
		const reversed = Object.fromEntries(Object.entries(tinyRecipe).reverse());
		assert.equal(id(backbone(), reversed as unknown as Recipe), expected);
		const others = [
			id(untrainedBackbone(backbone().architecture, { seed: 1 })),
			id(backbone(), { ...tinyRecipe, weightDecay: 0 }),
			id(backbone(), tinyRecipe, {
				...tinyTask,
				normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
			}),
			id(backbone(), tinyRecipe, vary(tinyTask, "larger", { inputSize: 64 })),
		];
		assert.equal(new Set([expected, ...others]).size, 5);
		const named = { ...backbone(), name: "zoo/one" };
		assert.match(id(named), /^tiny-zoo-one-full-network-/);
	});

	test("no tensor is left behind", async () => {
		const source = backbone();
		const before = tf.memory().numTensors;
		await finetune(
			source,
			tinyTask,
			{ ...tinyRecipe, seed: 7, accumulate: 2 },
			{
				folder,
			},
		);
		assert.equal(tf.memory().numTensors, before);
	});

	const variations: Record<string, Partial<Recipe>> = {
		SGD: {},
		"AdamW, PRIME, clipping": {
			optimizer: { name: "adamw", betas: [0.9, 0.999], epsilon: 1e-8 },
			learningRate: 0.002,
			augment: { name: "prime", preset: "cifar" },
			gradientClip: 1,
		},
		"a Swin Transformer with stochastic depth": { stochasticDepth: 0.5 },
		"AugMix with consistency, in two parts": {
			augment: { name: "augmix" },
			consistency: 12,
			accumulate: 2,
		},
	};
	for (const [name, changes] of Object.entries(variations)) {
		test(`${name}: stopped twice, it ends bit for bit as if it had not been`, async () => {
			const recipe: Partial<Recipe> = {
				...changes,
				length: { steps: 6 },
				seed: 3,
			};
			const whole = await tune(recipe, { folder: join(folder, "whole") });
			const options = { folder: join(folder, "stopped") };
			await stopAfter(1, recipe, options);
			await stopAfter(4, recipe, options);
			const stopped = await tune(recipe, options);
			assert.deepEqual(untimed(stopped), untimed(whole));
			assert.deepEqual(weightsOf(stopped), weightsOf(whole));
			const other = await tune({ ...recipe, seed: 4 }, options);
			assert.notDeepEqual(untimed(other), untimed(whole));
		});
	}

	test("a length in epochs counts images, one in seconds ends by the clock", async () => {
		const epochs = await tune({ length: { epochs: 0.5 } });
		// Half of fifty images, in batches of eight.
		assert.equal(epochs.log.at(-1)?.step, 4);
		const timed = await tune({
			length: { seconds: 0.3 },
			schedule: { name: "poly", power: 1, minLearningRate: 0 },
		});
		const last = timed.log.at(-1);
		assert.ok(last && last.seconds >= 0.3);
		// The first step, at which everything is compiled, may take all of the time.
		assert.ok(last.step === 1 || last.learningRate < 0.009);
	});

	test("two calls at once make one run", async () => {
		const changes = { seed: 78 };
		const [one, two] = await Promise.all([tune(changes), tune(changes)]);
		assert.equal(one.id, two.id);
		assert.deepEqual(untimed(one), untimed(two));
		assert.equal(one.log.length, one.log.at(-1)?.step);
	});

	test("the interrupt of a notebook stops a run", async () => {
		const interrupt = Symbol.for("Jupyter.signal");
		const controller = new AbortController();
		Object.assign(globalThis, { [interrupt]: controller.signal });
		const reporter = () => controller.abort();
		try {
			const changes = { seed: 77 };
			await assert.rejects(tune(changes, { reporter }), { name: "AbortError" });
		} finally {
			Reflect.deleteProperty(globalThis, interrupt);
		}
		assert.ok((await tune({ seed: 77 })).finished);
	});
});

describe("what goes wrong", () => {
	test("a loss that is no number stops the run with what to try", async () => {
		const options = { folder: join(folder, "diverging") };
		await assert.rejects(tune({ learningRate: 1e30 }, options), {
			message:
				/at step \d+: .* Try a lower learning rate than 1e\+30, or a warmUp, or a gradientClip/,
		});
		const [run] = listRuns(options.folder);
		assert.equal(run?.finished, false);
	});

	test("all that is wrong with a recipe is told together", async () => {
		await assert.rejects(
			tune({ learningRate: 0, accumulate: 3, seed: 0.5, consistency: 12 }),
			/learningRate must be a number above 0, not 0;.*seed must be a whole number, not 0\.5;.*accumulate is 3.*consistency compares/,
		);
	});

	test("a damaged log is named, and nothing is lost", async () => {
		const options = { folder: join(folder, "damaged-log") };
		await stopAfter(3, {}, options);
		const [run] = listRuns(options.folder);
		const { log, state } = runFiles((run as Run).folder);
		const rows = readFileSync(log, "utf8");
		const saved = readFileSync(state);
		writeFileSync(log, rows.replace('"step":2', '"ste'));
		await assert.rejects(tune({}, options), /log\.jsonl is damaged: line 2/);
		assert.deepEqual(readFileSync(state), saved);
		writeFileSync(log, rows);
		assert.ok((await tune({}, options)).finished);
	});

	test("a damaged state, or one of another run, is named", async () => {
		const options = { folder: join(folder, "damaged-state") };
		await stopAfter(3, {}, options);
		const { state } = runFiles((listRuns(options.folder)[0] as Run).folder);
		const whole = readFileSync(state);
		const flipped = Buffer.from(whole);
		flipped[flipped.length - 9] = (flipped.at(-9) as number) ^ 1;
		writeFileSync(state, flipped);
		await assert.rejects(
			tune({}, options),
			/state\.safetensors is damaged.*remove it to begin the run anew/,
		);
		truncateSync(state, 1000);
		await assert.rejects(tune({}, options), /remove it to begin the run anew/);
		rmSync(state);
		assert.ok((await tune({}, options)).finished);
	});

	test("a damaged recipe.json is named", async () => {
		const run = await tune({}, { folder: join(folder, "damaged-recipe") });
		writeFileSync(runFiles(run.folder).record, "{");
		assert.throws(() => openRun(run.folder), /recipe\.json is damaged/);
	});

	test("a folder that is a file, and one that does not exist", async () => {
		const path = join(folder, "file");
		appendFileSync(path, "");
		await assert.rejects(tune({}, { folder: path }), { name: "StorageError" });
		assert.throws(() => openRun(join(folder, "none")), /there is no run in/);
		assert.deepEqual(listRuns(join(folder, "none")), []);
	});

	test("a disk that fills up, and one that is read-only", async (t) => {
		const disk = join(folder, "disk");
		mkdirSync(disk);
		const mount = (...options: string[]) =>
			execFileSync("mount", [...options, disk], { stdio: "ignore" });
		try {
			mount("-t", "tmpfs", "-o", "size=64k", "tmpfs");
		} catch {
			return t.skip("mounting a small disk takes root");
		}
		try {
			const options = { folder: disk, saveSeconds: 0 };
			// The optimizer's slots and the weights are larger than the disk together.
			await assert.rejects(tune({}, options), {
				name: "StorageError",
				message: /the disk is full: free some space, and run again/,
			});
			mount("-o", "remount,size=8m");
			const run = await tune({}, options);
			assert.equal(run.log.length, 12);
			mount("-o", "remount,ro");
			assert.deepEqual(await tune({}, options), run, "finished runs are read");
			await assert.rejects(tune({ seed: 1 }, options), {
				name: "StorageError",
				message: /the disk is read-only: name another folder/,
			});
		} finally {
			execFileSync("umount", [disk]);
		}
		assert.ok(existsSync(disk));
	});
});

describe("a training image that cannot be read", () => {
	const recipe = { ...tinyRecipe, batchSize: 4, length: { steps: 6 } };
	for (const workers of [0, 1])
		test(`stops a run, which goes on when it is mended, with ${workers} threads`, async () => {
			const at = (name: string) => ({
				folder: join(folder, `${name}-${workers}`),
				workers,
			});
			const whole = await finetune(
				variedBackbone(),
				variedTask(),
				recipe,
				at("whole"),
			);
			// Of the fourth batch of an epoch.
			const damaged = dataOrder(variedTask().train, recipe)(13);
			await assert.rejects(
				finetune(
					variedBackbone(),
					variedTask({ damaged }),
					recipe,
					at("mended"),
				),
				/image \d+ is damaged; training stops after step 3, .*goes on there/,
			);
			const steps: number[] = [];
			const mended = await finetune(variedBackbone(), variedTask(), recipe, {
				...at("mended"),
				reporter: ({ done }) => void steps.push(done),
			});
			assert.ok(steps.every((step) => step > 3));
			assert.deepEqual(weightsOf(mended), weightsOf(whole));
		});
});
