/** What watches a run while it trains: held-out scores, best weights, patience, a plateau, and looks of one's own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { weightsOf as weightsOfBackbone } from "../../src/backbones/backbone.js";
import { readCheckpoint } from "../../src/checkpoint/read.js";
import { stateDict } from "../../src/checkpoint/state-dict.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { predict } from "../../src/evaluate/predict.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import type { Metric } from "../../src/tasks/task.js";
import { describeRun } from "../../src/train/describe-run.js";
import { type FinetuneOptions, finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { variationOf } from "../../src/train/recipe-variation.js";
import type { Progress } from "../../src/train/reporter.js";
import { openRun, type Run } from "../../src/train/run.js";
import { savedStep } from "../../src/train/training-state.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const task = holdOut(tinyTask, { share: 0.3 });
const scoredOnHeldOut = vary(task, "scored on held-out data", {
	test: task.heldOut,
});
const recipe: Recipe = { ...tinyRecipe, schedule: { name: "constant" } };
const watch = { every: { steps: 3 }, keep: "best" } as const;

before(() => useEngine("onnxruntime"));

const tune = (
	changes: Partial<Recipe> = {},
	options: FinetuneOptions<number, number> = {},
	given: typeof tinyTask = task,
): Promise<Run> =>
	finetune(
		tinyBackbone(),
		given,
		{ ...recipe, ...changes },
		{ folder, ...options },
	);

const weightsOf = (run: Run): Buffer =>
	readFileSync(runFiles(run.folder).weights);
const untimed = (run: Run) => run.log.map(({ seconds: _, ...row }) => row);

/** A score that goes as it is told, one number each time it is asked. */
function scripted(scores: readonly number[]): typeof task {
	let asked = 0;
	const metric = (): Metric<number, number> => ({
		add() {},
		value: () => scores[asked++] ?? 0,
	});
	return vary(task, `scores ${scores.join(" ")}`, { metric });
}

describe("scores on held-out data while a run trains", () => {
	test("are those that evaluate finds of the same weights", async () => {
		const scores: Record<number, number> = {};
		const stopped: number[] = [];
		for (const steps of [3, 6]) {
			const run = await tune({ length: { steps } });
			const [row] = await evaluate(run, scoredOnHeldOut, { corruptions: [] });
			scores[steps] = row!.score;
		}
		const run = await tune(
			{ length: { steps: 6 }, seed: 0 },
			{
				folder: join(folder, "looked"),
				every: {
					steps: 3,
					do: async ({ step, steps, score, log, predict: show, loss }) => {
						assert.equal(steps, 6);
						assert.ok(Number.isFinite(loss));
						stopped.push(step);
						const images = [0, 1, 2].map((i) => task.heldOut.sample(i).image);
						assert.equal(show(images).length, 3);
						log({ "held-out": await score(), twice: 2 * step });
					},
				},
			},
		);
		assert.deepEqual(stopped, [3, 6]);
		const rows = run.log.filter(({ numbers }) => numbers);
		assert.deepEqual(
			rows.map(({ step, numbers }) => [step, numbers]),
			[
				[3, { "held-out": scores[3], twice: 6 }],
				[6, { "held-out": scores[6], twice: 12 }],
			],
		);
	});

	test("say how far the weights have gone from where the run began, also after it was stopped", async () => {
		const backbone = tinyBackbone();
		const changes = { ...recipe, length: { steps: 4 }, seed: 3 };
		const stop = new AbortController();
		const looking = (name: string, signal?: AbortSignal) =>
			finetune(backbone, task, changes, {
				folder: join(folder, name),
				...(signal && { signal }),
				every: {
					steps: 1,
					do: ({ step, distance, log }) => {
						log(distance());
						if (signal && step === 2) stop.abort();
					},
				},
			});
		const run = await looking("gone");
		const parts = Object.entries(run.log.at(-1)?.numbers ?? {});
		const weights = stateDict(
			await readCheckpoint(runFiles(run.folder).weights),
		);
		const began = weightsOfBackbone(backbone);
		const norm = (name: RegExp, of: (now: number, then: number) => number) => {
			let sum = 0;
			for (const [key, { data }] of Object.entries(began)) {
				if (!name.test(key) || /running|num_batches/.test(key)) continue;
				const now = weights[key]?.data as Float32Array;
				(data as Float32Array).forEach((then, i) => {
					sum += of(now[i] as number, then) ** 2;
				});
			}
			return Math.sqrt(sum);
		};
		const relative = (name: RegExp) =>
			norm(name, (now, then) => now - then) / norm(name, (_, then) => then);
		assert.ok(parts.length > 2);
		for (const [part, distance] of parts) {
			if (part === "distance: head") continue;
			const stage = /^distance: stage (\d)$/.exec(part)?.[1];
			const name = stage ? RegExp(`^layer${stage}\\.`) : /^(conv1|bn1)\./;
			assert.ok(Math.abs(distance / relative(name) - 1) < 1e-6, part);
		}
		await assert.rejects(looking("stopped", stop.signal));
		assert.deepEqual(untimed(await looking("stopped")), untimed(run));
		const fixed = await finetune(
			backbone,
			task,
			{ ...changes, transfer: "fixed-feature" },
			{
				folder,
				every: { steps: 4, do: ({ distance, log }) => log(distance()) },
			},
		);
		for (const [part, distance] of Object.entries(
			fixed.log.at(-1)?.numbers ?? {},
		))
			assert.equal(distance > 0, part === "distance: head", part);
	});

	test("looking changes neither what is learned nor the id, and leaves no tensor behind", async () => {
		const plain = await tune({ seed: 5 });
		const shown: Progress[] = [];
		const source = tinyBackbone();
		const { numTensors } = tf.memory();
		const looked = await finetune(
			source,
			task,
			{ ...recipe, seed: 5 },
			{
				folder: join(folder, "looking"),
				reporter: (progress) => void shown.push(progress),
				every: {
					epochs: 0.4,
					do: async ({ score, log }) =>
						log({ "test accuracy": await score({ data: task.test }) }),
				},
			},
		);
		assert.ok(tf.memory().numTensors === numTensors);
		assert.equal(looked.id, plain.id);
		assert.deepEqual(weightsOf(looked), weightsOf(plain));
		assert.deepEqual(
			untimed(looked).map(({ numbers: _, ...row }) => row),
			untimed(plain),
		);
		// 0.4 of the images, in batches of eight; and after the last update.
		const every = Math.ceil((0.4 * task.train.length) / 8);
		assert.deepEqual(
			looked.log.flatMap(({ step, numbers }) => (numbers ? [step] : [])),
			Array.from({ length: 12 }, (_, i) => i + 1).filter(
				(step) => step % every === 0 || step === 12,
			),
		);
		const [row] = await evaluate(looked, task, { corruptions: [] });
		assert.deepEqual(shown.at(-1)?.numbers, { "test accuracy": row?.score });
	});

	test("another figure of the metric, and one that there is not", async () => {
		const detailed = vary(task, "with details", {
			metric: () => ({ ...tinyTask.metric(), details: () => ({ half: 50 }) }),
		});
		const found: number[] = [];
		const every = {
			steps: 12,
			do: async ({ score }: { score: (given: object) => Promise<number> }) =>
				void found.push(await score({ metric: "half" })),
		};
		await tune({}, { folder: join(folder, "figures"), every }, detailed);
		assert.deepEqual(found, [50]);
		await assert.rejects(
			tune({ watch: { ...watch, metric: "hafl" } }, {}, detailed),
			/no figure "hafl", only half, accuracy; did you mean "half"\?; training stops after step 3/,
		);
	});
});

describe("a recipe that watches", () => {
	const best = [40, 10, 70, 70, 30, 20];
	const watched = (more: object = {}) => ({
		length: { steps: 12 },
		watch: { every: { steps: 2 }, keep: "best", ...more } as Recipe["watch"],
	});

	test("ends with the first of the best weights, and the log says which", async () => {
		const run = await tune(watched(), {}, scripted(best));
		const plain = await tune({ length: { steps: 6 } });
		assert.equal(run.log.at(-1)?.step, 12);
		assert.deepEqual(
			run.log.flatMap(({ best, numbers }) =>
				numbers ? [[best, numbers["held-out accuracy"]]] : [],
			),
			[
				[2, 40],
				[2, 10],
				[6, 70],
				[6, 70],
				[6, 30],
				[6, 20],
			],
		);
		const images = [0, 1, 2, 3].map((i) => tinyTask.test.sample(i).image);
		assert.deepEqual(
			await predict(run, task, images),
			await predict(plain, task, images),
		);
		const tensors = async ({ folder: own }: Run) =>
			(await import("../../src/runs/weights-file.js")).readWeights(
				runFiles(own).weights,
				"",
			);
		const [one, other] = [await tensors(run), await tensors(plain)];
		assert.equal(one.metadata.sha256, other.metadata.sha256);
	});

	test("ends by its patience", async () => {
		const told: Progress[] = [];
		const run = await tune(
			watched({ patience: 2 }),
			{ reporter: (progress) => told.push(progress) },
			scripted(best),
		);
		assert.equal(run.log.at(-1)?.step, 10);
		const { done, total, secondsLeft } = told.at(-1) as Progress;
		assert.deepEqual([done, total, secondsLeft], [10, 10, 0]);
		assert.equal(told.at(-2)?.total, 12);
		assert.equal(run.log.at(-1)?.best, 6);
		assert.ok(run.finished);
		assert.deepEqual(
			await tune(watched({ patience: 2 }), {}, scripted(best)),
			run,
		);
	});

	test("lowers its rate at a plateau, from the next update on", async () => {
		const plateau = { factor: 0.1, patience: 0 };
		const run = await tune(
			watched({ keep: "last", plateau }),
			{},
			scripted(best),
		);
		assert.deepEqual(
			run.log.map(({ learningRate }) => Number(learningRate.toPrecision(6))),
			[1e-2, 1e-2, 1e-2, 1e-2, 1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5],
		);
		const plain = await tune({ length: { steps: 12 } });
		assert.deepEqual(run.log[4]?.loss, plain.log[4]?.loss);
		assert.notDeepEqual(run.log[5]?.loss, plain.log[5]?.loss);
	});

	test("has an id of its own for all that its weights depend on, and its scores are among that", () => {
		const idOf = (given: typeof tinyTask, more?: object) =>
			describeRun(tinyBackbone(), given, {
				recipe: { ...recipe, ...(more && { watch: { ...watch, ...more } }) },
			}).id;
		const metric = vary(task, "own", {
			metric: () => ({ ...tinyTask.metric() }),
		});
		const ids = [
			idOf(task),
			idOf(task, {}),
			idOf(task, { keep: "last", patience: 1 }),
			idOf(task, { patience: 2 }),
			idOf(task, { every: { epochs: 1 } }),
			idOf(task, { metric: "half" }),
			idOf(metric, {}),
			idOf(vary(task, "others", { heldOut: tinyTask.test }), {}),
		];
		assert.equal(new Set(ids).size, ids.length);
		assert.equal(idOf(metric), idOf(task), "scores alone are nothing to a run");
		const elsewhere = vary(task, "other test", { test: tinyTask.train });
		assert.equal(idOf(elsewhere, {}), idOf(task, {}));
	});

	test("is called in words where tables tell runs apart", () => {
		const textOf = (more: object) =>
			variationOf(
				describeRun(tinyBackbone(), task, {
					recipe: { ...recipe, watch: { ...watch, ...more } },
				}),
			);
		assert.match(textOf({}), /, watched every 3 steps keep best$/);
		assert.match(
			textOf({ every: { epochs: 1 }, patience: 2 }),
			/, watched every 1 epochs keep best patience 2$/,
		);
	});

	test("needs held-out data, and must change something", async () => {
		await assert.rejects(
			tune({ watch }, {}, tinyTask),
			/watch scores on held-out data, of which the task has none: fine-tune on holdOut/,
		);
		await assert.rejects(
			tune({ watch: { ...watch, keep: "last" } }),
			/watch changes nothing that a run learns/,
		);
		await assert.rejects(
			tune({ watch: { every: { seconds: 3 }, keep: "first" } as never }),
			/every has no option "seconds".*keep must be one of best, last/,
		);
		await assert.rejects(
			tune({}, { every: { steps: 0, do: () => {} } }),
			/every\.steps must be a whole number of at least 1/,
		);
		await assert.rejects(
			tune({}, { every: { steps: 1 } as never }),
			/every\.do/,
		);
		const every = {
			steps: 1,
			do: ({ log }: { log(numbers: object): void }) => log({ share: 0 / 0 }),
		};
		await assert.rejects(
			tune({ seed: 8 }, { every }),
			/share cannot be logged: it must be a finite number, not NaN/,
		);
	});
});

describe("stopping and going on", () => {
	const long: Partial<Recipe> = {
		length: { steps: 9 },
		watch: {
			...watch,
			every: { steps: 2 },
			plateau: { factor: 0.5, patience: 0 },
		},
	};

	test("an interrupt amid a look, and a look that fails, lose nothing and change nothing", async () => {
		const every = {
			steps: 3,
			do: async ({ score, log }: never) =>
				(log as (numbers: object) => void)({
					own: await (score as () => Promise<number>)(),
				}),
		};
		const whole = await tune(long, { folder: join(folder, "whole"), every });
		const own = join(folder, "stopped");
		const controller = new AbortController();
		const interrupting = {
			steps: 3,
			async do({ step, score }: { step: number; score(): Promise<number> }) {
				if (step === 6) controller.abort();
				await score();
			},
		};
		const options = { folder: own, every: interrupting };
		await assert.rejects(
			tune(long, { ...options, signal: controller.signal }),
			{ name: "AbortError" },
		);
		const failing = {
			steps: 3,
			do() {
				throw new Error("no disk for my pictures");
			},
		};
		await assert.rejects(
			tune(long, { folder: own, every: failing }),
			/no disk for my pictures; training stops after step 6, and all is saved/,
		);
		const [id] = [whole.id];
		assert.equal(await savedStep(join(own, id)), 6);
		const steps: number[] = [];
		const run = await tune(long, {
			folder: own,
			every,
			reporter: ({ done }) => void steps.push(done),
		});
		assert.deepEqual(steps, [6, 7, 8, 9]);
		assert.deepEqual(weightsOf(run), weightsOf(whole));
		const without = (from: Run) =>
			untimed(from).filter(({ step }) => step !== 3);
		assert.deepEqual(without(run), without(whole));
	});

	test("an unfinished run is scored as it is, and its rows say so", async () => {
		const own = join(folder, "unfinished");
		const stopAt = (steps: number) => {
			const controller = new AbortController();
			return tune(long, {
				folder: own,
				signal: controller.signal,
				reporter: ({ done }) => done === steps && controller.abort(),
			}).catch(({ name }) => assert.equal(name, "AbortError"));
		};
		const cells = { corruptions: ["contrast"], images: 24 } as const;
		await stopAt(4);
		const unfinished = openRun(
			join(
				own,
				describeRun(tinyBackbone(), task, { recipe: { ...recipe, ...long } })
					.id,
			),
		);
		await assert.rejects(
			evaluate(unfinished, task, cells),
			/is not finished: call finetune again.*{ unfinished: true }/,
		);
		const rows = await evaluate(unfinished, task, {
			...cells,
			unfinished: true,
		});
		assert.deepEqual(
			rows.map(({ step, corruption }) => [step, corruption]),
			[
				[4, "clean"],
				[4, "contrast"],
			],
		);
		const reference = await tune({
			...long,
			watch: { ...long.watch!, keep: "last" },
			length: { steps: 4 },
		});
		const [expected] = await evaluate(reference, task, cells);
		assert.equal(rows[0]?.score, expected?.score);
		assert.deepEqual(
			await evaluate(unfinished, task, { ...cells, unfinished: true }),
			rows,
			"known rows are found again",
		);
		await stopAt(7);
		const later = await evaluate(unfinished, task, {
			...cells,
			unfinished: true,
		});
		assert.deepEqual(
			later.map(({ step }) => step),
			[7, 7],
		);
		const run = await tune(long, { folder: own });
		for (const options of [cells, { ...cells, unfinished: true }]) {
			const finished = await evaluate(run, task, options);
			assert.ok(finished.every((row) => !("step" in row)));
		}
	});

	test("a run that has not saved anything yet says so", async () => {
		const own = join(folder, "early");
		await assert.rejects(
			tune(
				{},
				{
					folder: own,
					reporter() {
						throw new Error("killed");
					},
				},
			),
			/killed/,
		);
		const { id } = describeRun(tinyBackbone(), task, { recipe });
		await assert.rejects(
			evaluate(openRun(join(own, id)), task, { unfinished: true }),
			/has no saved state/,
		);
	});
});
