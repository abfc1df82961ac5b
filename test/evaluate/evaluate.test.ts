import assert from "node:assert/strict";
import {
	appendFileSync,
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { EvaluateOptions } from "../../src/evaluate/evaluate-options.js";
import { type ResultRow, unpackHits } from "../../src/evaluate/result-row.js";
import { readResults } from "../../src/evaluate/results.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { vary } from "../../src/tasks/define-task.js";
import { finetune } from "../../src/train/finetune.js";
import type { Progress } from "../../src/train/reporter.js";
import { openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "../train/folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "../train/tiny-task.js";

const folder = scratchFolder();
let first: Run;
let second: Run;

before(async () => {
	await useEngine();
	const tuned = (seed: number) =>
		finetune(
			tinyBackbone(),
			tinyTask,
			{ ...tinyRecipe, learningRate: 0.05, length: { steps: 40 }, seed },
			{ folder: join(folder, "runs") },
		);
	first = await tuned(0);
	second = await tuned(1);
});

/** A copy of a run that has no results yet. */
function copyOf(run: Run, name: string): Run {
	const path = join(folder, name);
	cpSync(run.folder, path, { recursive: true });
	rmSync(runFiles(path).results, { force: true });
	return openRun(path);
}

const options: EvaluateOptions = {
	corruptions: ["gaussian-noise", "fog"],
	severities: [1, 5],
	images: 30,
	batchSize: 8,
	workers: 1,
};

const untimed = (rows: readonly ResultRow[]) =>
	rows.map(({ seconds: _, ...row }) => row);

describe("evaluation", () => {
	test("clean and each cell have a row, which counts the right predictions", async () => {
		const run = copyOf(first, "rows");
		const rows = await evaluate(run, tinyTask, options);
		assert.deepEqual(
			rows.map(({ corruption, group, severity }) => [
				corruption,
				group,
				severity,
			]),
			[
				["clean", "clean", 0],
				["gaussian-noise", "noise", 1],
				["gaussian-noise", "noise", 5],
				["fog", "weather", 1],
				["fog", "weather", 5],
			],
		);
		for (const row of rows) {
			assert.equal(row.run, run.id);
			assert.deepEqual([row.data, row.images], ["tiny/test", 30]);
			const hits = unpackHits(row.correct as string, 30);
			const right = hits.filter((hit) => hit).length;
			assert.equal(row.score, (100 * right) / 30);
		}
		const [clean, ...corrupted] = rows.map(({ score }) => score);
		assert.ok((clean as number) > 60, `${clean} % clean`);
		assert.ok(corrupted.some((score) => score < (clean as number)));
		assert.deepEqual(readResults(run), rows);
	});

	test("the same again; with more workers; and beside another run", async () => {
		const expected = untimed(
			await evaluate(copyOf(first, "once"), tinyTask, options),
		);
		const again = copyOf(first, "again");
		assert.deepEqual(
			untimed(await evaluate(again, tinyTask, options)),
			expected,
		);
		const busy = copyOf(first, "busy");
		const workers = { ...options, workers: 3 };
		assert.deepEqual(
			untimed(await evaluate(busy, tinyTask, workers)),
			expected,
		);
		const both = [copyOf(second, "beside-2"), copyOf(first, "beside-1")];
		const rows = await evaluate(both, tinyTask, options);
		assert.deepEqual(untimed(rows.slice(5)), expected);
		assert.notDeepEqual(
			rows.slice(0, 5).map(({ correct }) => correct),
			expected.map(({ correct }) => correct),
		);
	});

	test("a second call fills the gaps alone, and other conditions are other cells", async () => {
		const run = copyOf(first, "gaps");
		const few = { ...options, corruptions: ["fog"] } as const;
		const before = await evaluate(run, tinyTask, few);
		const seen = new Set<string>();
		const reporter = ({ what }: Progress) => void seen.add(what);
		const rows = await evaluate(run, tinyTask, { ...options, reporter });
		assert.deepEqual([...seen], ["gaussian-noise 1", "gaussian-noise 5"]);
		assert.deepEqual(
			rows.filter(({ corruption }) => corruption !== "gaussian-noise"),
			before,
		);
		assert.equal(readResults(run).length, 5);
		await evaluate(run, tinyTask, { ...few, seed: 1 });
		await evaluate(run, tinyTask, { ...few, channelOrder: "bgr" });
		await evaluate(run, tinyTask, { ...few, images: 10 });
		// Two cells each; of fewer images, clean is another cell too.
		assert.equal(readResults(run).length, 5 + 2 + 2 + 3);
	});

	test("no tensor is left behind", async () => {
		const before = tf.memory().numTensors;
		await evaluate(copyOf(first, "leak"), tinyTask, options);
		assert.equal(tf.memory().numTensors, before);
	});

	test("it can be stopped, and keeps the rows that are complete", async () => {
		const run = copyOf(first, "stopped");
		const controller = new AbortController();
		const reporter = ({ done }: Progress) => {
			if (done === 68) controller.abort();
		};
		const { signal } = controller;
		await assert.rejects(
			evaluate(run, tinyTask, { ...options, reporter, signal }),
			{ name: "AbortError" },
		);
		assert.equal(readResults(run).length, 2);
		assert.equal((await evaluate(run, tinyTask, options)).length, 5);
	});
});

describe("what goes wrong with an evaluation", () => {
	test("damaged weights are named", async () => {
		const run = copyOf(first, "damaged-weights");
		const { weights } = runFiles(run.folder);
		const whole = readFileSync(weights);
		const flipped = Buffer.from(whole);
		flipped[flipped.length - 5] = (flipped.at(-5) as number) ^ 1;
		writeFileSync(weights, flipped);
		await assert.rejects(
			evaluate(run, tinyTask, options),
			/weights\.safetensors is damaged.*remove it to fine-tune the run anew/,
		);
		truncateSync(weights, 900);
		await assert.rejects(
			evaluate(run, tinyTask, options),
			/fine-tune the run anew/,
		);
	});

	test("a damaged row is named, and the others are kept", async () => {
		const run = copyOf(first, "damaged-rows");
		const { results } = runFiles(run.folder);
		const rows = await evaluate(run, tinyTask, options);
		const text = readFileSync(results, "utf8");
		const damaged = text.replace('{"run"', '{"r');
		writeFileSync(results, damaged);
		await assert.rejects(
			evaluate(run, tinyTask, options),
			/results\.jsonl is damaged: line 1 .*the other 4 rows are kept/,
		);
		assert.equal(readFileSync(results, "utf8"), damaged);
		writeFileSync(results, damaged.slice(damaged.indexOf("\n") + 1));
		const again = await evaluate(run, tinyTask, options);
		assert.deepEqual(untimed(again), untimed(rows));
		assert.equal(readResults(run).length, 5);
	});

	test("a row that was cut off is computed anew", async () => {
		const run = copyOf(first, "torn");
		const { results } = runFiles(run.folder);
		const rows = await evaluate(run, tinyTask, options);
		truncateSync(results, readFileSync(results).length - 20);
		const again = await evaluate(run, tinyTask, options);
		assert.deepEqual(untimed(again), untimed(rows));
		assert.deepEqual(again.slice(0, 4), rows.slice(0, 4));
	});

	test("a full disk is called by its name", async (t) => {
		if (!existsSync("/dev/full")) return t.skip("there is no /dev/full");
		const run = copyOf(first, "full");
		// Reading it never ends, so it stands where only the first row is written.
		const { results } = runFiles(run.folder);
		await evaluate(run, tinyTask, { ...options, corruptions: [] });
		const rows = readFileSync(results, "utf8");
		const reporter = ({ done }: Progress) => {
			if (done !== 30) return;
			rmSync(results);
			symlinkSync("/dev/full", results);
		};
		await assert.rejects(evaluate(run, tinyTask, { ...options, reporter }), {
			name: "StorageError",
			message: /results\.jsonl could not be written, the disk is full/,
		});
		rmSync(results);
		appendFileSync(results, rows);
		assert.equal((await evaluate(run, tinyTask, options)).length, 5);
	});

	test("a run that is not finished, or of another task, and too many images", async () => {
		const unfinished = { ...first, finished: false };
		await assert.rejects(
			evaluate(unfinished, tinyTask, options),
			/is not finished: call finetune again/,
		);
		await assert.rejects(
			evaluate(first, { ...tinyTask, name: "other" }, options),
			/is of the task tiny, not other/,
		);
		await assert.rejects(
			evaluate(first, vary(tinyTask, "larger", { inputSize: 64 }), options),
			/was trained on images of 32 pixels, not 64/,
		);
		await assert.rejects(
			evaluate(first, tinyTask, { ...options, images: 41 }),
			/from 1 to the 40 of tiny\/test, not 41/,
		);
	});
});
