/** How long a sweep takes: by arithmetic, by the logs of alike runs, by trying. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { attach } from "../../src/sweep/attach.js";
import {
	type CellLeft,
	estimateOf,
	timeText,
	wallSeconds,
} from "../../src/sweep/estimate.js";
import type { Executor } from "../../src/sweep/executor.js";
import { loggedPace } from "../../src/sweep/logged-pace.js";
import type { Pace } from "../../src/sweep/pace.js";
import { sweep } from "../../src/sweep/sweep.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { listRuns, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { processes } from "./processes.js";
import {
	smallBackbone,
	smallEvaluate,
	smallRecipe,
	smallTask,
} from "./small.js";

before(() => useEngine("onnxruntime", { threads: 2 }));

const pace: Pace = {
	...{ step: 0.25, begin: 0, compile: 0, image: 0 },
	from: "measured here: onnxruntime, 2 threads",
};
const left = (count: number, cell: Partial<CellLeft> = {}): CellLeft[] =>
	Array.from({ length: count }, (_, i) => ({
		...{ run: `${i}`, steps: 9840, images: 0 },
		...cell,
	}));
const hands = { name: "slurm", threads: 2, atOnce: 12 };

test("cells, job-hours, core-hours and time at so many at once are one sentence", () => {
	const groups = [{ what: "all", cells: left(69), pace }];
	const { sentences, wallHours } = estimateOf(groups, hands, 72);
	assert.deepEqual(sentences, [
		"69 of 72 cells x 41 min (0.25 s a step, measured here: onnxruntime, 2 threads) = 47 job-hours, 94 core-hours; about 4.1 h at 12 at once",
	]);
	assert.ok(Math.abs(wallHours - (6 * 41) / 60) < 1e-9);
});

test("updates, scored images, compiling and the start of a job are added up", () => {
	const whole = { ...pace, begin: 8, compile: 2, image: 0.5 };
	const given = (cells: CellLeft[], cellsPerJob = 1) =>
		estimateOf(
			[{ what: "all", cells, pace: whole }],
			{ ...hands, cellsPerJob },
			10,
		);
	const seconds = ({ jobHours }: { jobHours: number }) =>
		Math.round(3600 * jobHours);
	assert.equal(seconds(given(left(1, { steps: 40, images: 20 }))), 30);
	assert.equal(seconds(given(left(1, { steps: 0, images: 20 }))), 18);
	assert.equal(seconds(given(left(4, { steps: 40 }), 4)), 56);
	const timed = left(1, { seconds: 100, images: 4 });
	assert.equal(seconds(given(timed)), 110);
});

test("jobs are begun in their order by whoever is free", () => {
	assert.equal(wallSeconds([5, 1, 1, 1], 2), 5);
	assert.equal(wallSeconds([1, 1, 1, 5], 2), 6);
	assert.equal(wallSeconds([1, 2, 3], Number.POSITIVE_INFINITY), 3);
});

test("where starting is more than a twentieth, cells are to share a job, but nobody is to be idle", () => {
	const suggested = (count: number, begin: number, atOnce?: number) =>
		estimateOf(
			[
				{
					what: "all",
					cells: left(count, { steps: 400 }),
					pace: { ...pace, begin },
				},
			],
			{ name: "slurm", threads: 1, ...(atOnce && { atOnce }) },
			count,
		);
	assert.equal(suggested(80, 4).cellsPerJob, undefined);
	assert.equal(suggested(80, 30, 4).cellsPerJob, 6);
	assert.equal(suggested(80, 30, 40).cellsPerJob, 2);
	assert.match(
		suggested(80, 30).sentences.at(-1) as string,
		/slurm\(\{ \.\.\., cellsPerJob: 6 \}\)/,
	);
});

test("times are said in fitting units", () => {
	assert.deepEqual([0.31, 45, 150, 15_000, 400_000].map(timeText), [
		"0.31 s",
		"45 s",
		"3 min",
		"4.2 h",
		"5 days",
	]);
});

const someRecipe: Recipe = { ...smallRecipe, length: { steps: 6 } };
const threads = (count: number): Executor => ({
	...processes({ threads: count, atOnce: 2 }).executor,
});

async function planned(recipes: readonly Recipe[], folder: string) {
	return sweep({
		...{ backbones: smallBackbone(), tasks: smallTask(), folder },
		...{ recipes, evaluate: smallEvaluate },
	});
}

test("the time of rows that were computed together is shared by their runs", async () => {
	const folder = scratchFolder();
	const runs: Run[] = [];
	for (const seed of [0, 1, 2])
		runs.push(
			await finetune(
				smallBackbone(),
				smallTask(),
				{ ...someRecipe, seed },
				{ folder },
			),
		);
	await evaluate(runs, smallTask(), smallEvaluate);
	for (const { folder: at } of runs) {
		const path = runFiles(at).results;
		const text = readFileSync(path, "utf8");
		let row = 0;
		const seconds = () => `"seconds":${24 * ++row}`;
		writeFileSync(path, text.replace(/"seconds":[^,}]*/g, seconds));
	}
	const found = listRuns(folder);
	const paceOf = (all: readonly Run[]) =>
		loggedPace(found.slice(0, 1), { isScored: true, all })?.image;
	// Of 8 images, in 24 and in 48 seconds.
	assert.equal(paceOf(found), 1.5);
	assert.equal(paceOf(found.slice(0, 1)), 4.5);
});

test("a cell of each kind is tried, and nothing is left in the folder of the runs", async () => {
	const folder = scratchFolder();
	const prime = { name: "prime", preset: "cifar" } as const;
	const open = await planned(
		[
			someRecipe,
			{ ...someRecipe, learningRate: 0.5 },
			{ ...someRecipe, augment: prime },
		],
		folder,
	);
	const before = readdirSync(folder, { recursive: true });
	const estimate = await open.estimate(threads(1));
	assert.deepEqual(readdirSync(folder, { recursive: true }), before);
	const { cells, unknown, jobHours, wallHours, bytes = 0 } = estimate;
	assert.deepEqual([cells, estimate.left, unknown], [3, 3, 0]);
	assert.ok(jobHours > 0 && wallHours > 0 && wallHours < jobHours);
	assert.ok(bytes > 1e7);
	const [, first, second] = estimate.sentences;
	assert.match(
		first!,
		/^untrained 0 on shapes, full-network: 2 x .* \(.* s a step, measured here: onnxruntime, 1 thread\)$/,
	);
	assert.match(second!, /full-network with prime: 1 x /);
	assert.equal(String(estimate), estimate.sentences.join("\n"));
});

test("alike runs, whatever their rate and seed, say it by their logs and rows, if as many threads made them", async () => {
	const folder = scratchFolder();
	const run = await finetune(
		smallBackbone(),
		smallTask(),
		{ ...someRecipe, learningRate: 0.3, seed: 5 },
		{ folder },
	);
	assert.equal(run.record.engine.threads, 2);
	await evaluate(run, smallTask(), smallEvaluate);
	const open = await planned([someRecipe], folder);
	const logged = await open.estimate(threads(2));
	assert.match(
		logged.sentences[0]!,
		/^1 of 1 cell x .* s a step, from an alike run: onnxruntime, 2 threads\)/,
	);
	const tried = await open.estimate(threads(1));
	assert.match(tried.sentences[0]!, /measured here: onnxruntime, 1 thread\)/);
});

test("cells that cannot be made are named, and the hours leave them out", async () => {
	const folder = scratchFolder();
	const { folder: place } = await planned([someRecipe], folder);
	const path = join(place, "plan.json");
	const plan = readFileSync(path, "utf8");
	const text = plan.replace('"trainImages": 16', '"trainImages": -16');
	assert.notEqual(text, plan);
	writeFileSync(path, text);
	const estimate = await (await attach(place)).estimate(threads(1));
	assert.equal(estimate.unknown, 1);
	assert.equal(estimate.jobHours, 0);
	assert.match(
		estimate.sentences.at(-1)!,
		/1 cell, of which it is not known how long they take: .*trainImages/,
	);
});

test("of a sweep that is done nothing is left", async () => {
	const groups: [] = [];
	assert.deepEqual(estimateOf(groups, hands, 3).sentences, [
		"all 3 cells are done",
	]);
});
