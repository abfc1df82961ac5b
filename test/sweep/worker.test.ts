import assert from "node:assert/strict";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type EngineChoice, useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { ResultRow } from "../../src/evaluate/result-row.js";
import { readLog, runFiles } from "../../src/runs/run-folder.js";
import { readFailures } from "../../src/sweep/failure.js";
import type { Sweep } from "../../src/sweep/open-sweep.js";
import { planFiles } from "../../src/sweep/plan-files.js";
import {
	readSubmissions,
	type Submission,
	writeSubmission,
} from "../../src/sweep/submission.js";
import { type SweepOptions, sweep } from "../../src/sweep/sweep.js";
import { finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { scratchFolder } from "../train/folders.js";
import { damaged } from "./own-parts.js";
import { startWorker } from "./processes.js";
import {
	smallBackbone,
	smallEvaluate,
	smallRecipe,
	smallTask,
} from "./small.js";

before(() => useEngine());

const backbone = smallBackbone();

/** A run that goes on until something stops it, and whose log has a row for each update. */
const long: Recipe = { ...smallRecipe, length: { steps: 80 } };

/** Plans a sweep, and writes down a submission with some cells in each job. */
async function submitted(
	changes: Partial<SweepOptions>,
	cellsPerJob = 1,
): Promise<Sweep> {
	const planned = await sweep({
		backbones: backbone,
		tasks: smallTask(),
		recipes: smallRecipe,
		evaluate: false,
		folder: scratchFolder(),
		...changes,
	});
	const runs = planned.cells.map(({ run }) => run);
	const jobs = Array.from(
		{ length: Math.ceil(runs.length / cellsPerJob) },
		(_, i) => runs.slice(i * cellsPerJob, (i + 1) * cellsPerJob),
	);
	const executor = { name: "by hand" };
	writeSubmission(planned.folder, { number: 1, executor, jobs, ids: ["1_0"] });
	return planned;
}

const mostMilliseconds = 300_000;

/** Waits until something is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
	const began = performance.now();
	while (!isSo()) {
		if (performance.now() - began > mostMilliseconds)
			assert.fail(`${what}: it has not come to this`);
		await delay(20);
	}
}

const folderOf = ({ cells }: Sweep, at = 0): string =>
	cells[at]?.folder as string;

const stepsOf = (planned: Sweep, at = 0): number =>
	readLog(runFiles(folderOf(planned, at)).log).at(-1)?.step ?? 0;

const logOf = ({ folder }: Sweep): string =>
	readFileSync(planFiles(folder).log("1_0"), "utf8");

/** The same run, made without interruption. */
async function undisturbed(recipe: Recipe): Promise<string> {
	const folder = scratchFolder();
	return (await finetune(backbone, smallTask(), recipe, { folder })).folder;
}

const sameRun = (a: string, b: string): void => {
	const weights = (at: string) => readFileSync(runFiles(at).weights);
	assert.deepEqual(weights(a), weights(b));
	// Of a step that was made again there are two rows.
	const rows = (at: string) =>
		new Map(
			readLog(runFiles(at).log).map(({ seconds: _, ...row }) => [
				row.step,
				row,
			]),
		);
	assert.deepEqual(rows(a), rows(b));
};

describe("a worker", () => {
	test("that is killed leaves a run that another goes on with, bit for bit", async () => {
		const planned = await submitted({ recipes: long });
		const { child, ended } = startWorker(planned.folder, [1, 0]);
		await until("it trains", () => stepsOf(planned) > 3);
		child.kill("SIGKILL");
		assert.equal(await ended, "SIGKILL");
		const { counts } = await planned.status();
		assert.equal(counts.stopped, 1);
		const next = startWorker(planned.folder, [1, 0]);
		assert.equal(await next.ended, 0);
		sameRun(folderOf(planned), await undisturbed(long));
	});

	for (const signal of ["SIGTERM", "SIGUSR2"] as const)
		test(`saves and ends with 75 when ${signal} comes, and goes on where it was`, async () => {
			const planned = await submitted({ recipes: long, seeds: [0, 1] }, 2);
			const bin = scratchFolder();
			const asked = join(bin, "asked");
			writeFileSync(
				join(bin, "scontrol"),
				`#!/bin/sh\necho "$@" >> "${asked}"\nexit 1\n`,
			);
			chmodSync(join(bin, "scontrol"), 0o755);
			const environment = {
				PATH: `${bin}${delimiter}${process.env.PATH}`,
				SLURM_JOB_ID: "77",
				SLURM_ARRAY_JOB_ID: "70",
				SLURM_ARRAY_TASK_ID: "3",
			};
			const { child, ended } = startWorker(planned.folder, [1, 0], environment);
			await until("it trains", () => stepsOf(planned) > 3);
			child.kill(signal);
			assert.equal(await ended, 75);
			const files = runFiles(folderOf(planned));
			assert.ok(existsSync(files.state));
			assert.ok(!existsSync(files.weights));
			assert.ok(!readdirSync(folderOf(planned)).includes("lock"));
			assert.ok(!existsSync(folderOf(planned, 1)));
			const requeued = existsSync(asked) ? readFileSync(asked, "utf8") : "";
			assert.equal(requeued, signal === "SIGUSR2" ? "requeue 70_3\n" : "");
			const saved = stepsOf(planned);
			const next = startWorker(planned.folder, [1, 0], {
				...environment,
				SLURM_RESTART_COUNT: "1",
			});
			assert.equal(await next.ended, 0);
			const steps = readLog(files.log).map(({ step }) => step);
			assert.equal(steps.length, 80, `it went on after step ${saved}`);
			assert.match(logOf(planned), /70_3, attempt 1/);
			sameRun(folderOf(planned), await undisturbed({ ...long, seed: 0 }));
		});

	test("writes down why a cell failed, goes on with the next, and tries again", async () => {
		const planned = await submitted(
			{ tasks: [damaged(), smallTask()] as never },
			2,
		);
		const [failing, other] = planned.cells;
		assert.equal(await startWorker(planned.folder, [1, 0]).ended, 1);
		const failure = readFailures(planned.folder).get(failing?.run as string);
		assert.match(failure?.message ?? "", /image 1 is damaged/);
		assert.match(failure?.stack ?? "", /own-parts/);
		assert.equal(failure?.attempt, 0);
		const { cells, counts } = await planned.status();
		assert.deepEqual([counts.failed, counts.done], [1, 1]);
		assert.equal(cells[1]?.cell, other);
		assert.match(cells[0]?.reason ?? "", /image 1 is damaged/);
		assert.match(cells[0]?.log ?? "", /image 1 is damaged/);
		const next = startWorker(planned.folder, [1, 0], {
			SLURM_JOB_ID: "5",
			SLURM_RESTART_COUNT: "2",
		});
		assert.equal(await next.ended, 1);
		const again = readFailures(planned.folder).get(failing?.run as string);
		assert.deepEqual([again?.job, again?.attempt], ["5", 2]);
		assert.match(logOf(planned), new RegExp(`${other?.run} is done already`));
	});

	test("scores the cells of its job together, with the rows of each alone", async () => {
		const planned = await submitted(
			{ seeds: [0, 1], evaluate: smallEvaluate },
			2,
		);
		assert.equal(await startWorker(planned.folder, [1, 0]).ended, 0);
		const log = logOf(planned);
		assert.ok(log.lastIndexOf(" begins") < log.indexOf(" is done"), log);
		const rows = await planned.rows();
		assert.equal(rows.length, 4);
		assert.equal(new Set(rows.map(({ seconds }) => seconds)).size, 2);
		const folder = scratchFolder();
		const alone: ResultRow[] = [];
		for (const seed of [0, 1]) {
			const recipe = { ...smallRecipe, seed };
			const run = await finetune(backbone, smallTask(), recipe, { folder });
			alone.push(...(await evaluate(run, smallTask(), smallEvaluate)));
		}
		const told = (all: readonly ResultRow[]) =>
			all.map(({ run, corruption, score }) => [run, corruption, score]);
		assert.deepEqual(told(rows), told(alone));
	});

	test("scores the others where one cannot be scored", async () => {
		const planned = await submitted(
			{ seeds: [0, 1], evaluate: smallEvaluate },
			2,
		);
		const { runs: folder } = planFiles(planned.folder);
		const recipe = { ...smallRecipe, seed: 0 };
		const run = await finetune(backbone, smallTask(), recipe, { folder });
		const { weights } = runFiles(run.folder);
		writeFileSync(weights, readFileSync(weights).subarray(0, 100));
		assert.equal(await startWorker(planned.folder, [1, 0]).ended, 1);
		const { cells } = await planned.status();
		const states = cells.map(({ state }) => state);
		assert.deepEqual(states, ["failed", "done"]);
		assert.match(logOf(planned), /scored one by one: /);
	});

	test("leaves a cell that another is at to that one", async () => {
		const planned = await submitted({
			recipes: { ...long, length: { steps: 20_000 } },
		});
		const { child, ended } = startWorker(planned.folder, [1, 0]);
		await until("it trains", () => stepsOf(planned) > 0);
		const second = await startWorker(planned.folder, [1, 0]).ended;
		assert.equal(second, 0);
		assert.match(logOf(planned), /is left to another/);
		child.kill("SIGTERM");
		assert.ok([0, 75].includes((await ended) as number));
		assert.equal(readFailures(planned.folder).size, 0);
	});

	test("computes with the engine that was named where it was sent", async () => {
		const planned = await submitted({});
		const [submission] = readSubmissions(planned.folder) as [Submission];
		const engine = { name: "onnxruntime", executionProviders: ["abacus"] };
		writeSubmission(planned.folder, {
			...submission,
			engine: engine as EngineChoice,
		});
		assert.equal(await startWorker(planned.folder, [1, 0]).ended, 1);
		const [failure] = readFailures(planned.folder).values();
		assert.match(failure?.message ?? "", /no execution provider abacus/);
	});

	test("refuses a cell that has become another one", async () => {
		const planned = await submitted({});
		const { plan } = planFiles(planned.folder);
		const text = readFileSync(plan, "utf8");
		writeFileSync(plan, text.replace('"trainImages": 16', '"trainImages": 20'));
		assert.equal(await startWorker(planned.folder, [1, 0]).ended, 1);
		const [failure] = readFailures(planned.folder).values();
		assert.match(
			failure?.message ?? "",
			/the run that this worker would make is shapes-.*, and the plan's is shapes-.*plan the sweep anew/,
		);
		assert.ok(!existsSync(folderOf(planned)));
	});

	test("says what it has not found", async () => {
		const planned = await submitted({});
		const { ended } = startWorker(planned.folder, [1, 7]);
		assert.equal(await ended, 1);
		const log = readFileSync(planFiles(planned.folder).log("1_7"), "utf8");
		assert.match(log, /submission 1 of .* has no job 7/);
		const empty = scratchFolder();
		mkdirSync(join(empty, "logs"));
		assert.equal(await startWorker(empty, [1, 0]).ended, 1);
	});

	test("writes down for all its cells what keeps it from beginning", async () => {
		const planned = await submitted({ seeds: [0, 1] }, 2);
		const environment = { ROBUST_TRANSFER_ENGINE: "abacus" };
		const { ended } = startWorker(planned.folder, [1, 0], environment);
		assert.equal(await ended, 1);
		const { cells } = await planned.status();
		for (const { state, reason } of cells) {
			assert.equal(state, "failed");
			assert.match(reason ?? "", /no engine "abacus"/);
		}
	});
});
