import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import type { Example, Task } from "../../src/tasks/task.js";
import { adversarial } from "../../src/train/adversarial.js";
import { exampleStream } from "../../src/train/example-stream.js";
import { finetune } from "../../src/train/finetune.js";
import { scratchFolder } from "./folders.js";
import { tinyRecipe } from "./tiny-task.js";
import { variedBackbone, variedTask } from "./varied-task.js";

before(() => useEngine());

const recipe = { ...tinyRecipe, length: { steps: 6 } };

/** The examples of some steps. */
async function examplesOf<Target>(
	task: Task<Target, unknown>,
	{
		workers,
		from = 0,
		steps = 3,
		pause = 0,
	}: { workers?: number; from?: number; steps?: number; pause?: number } = {},
): Promise<Example<Target>[][]> {
	const stream = exampleStream({ task, recipe, from }, workers);
	const taken: Example<Target>[][] = [];
	for await (const examples of stream) {
		taken.push(examples);
		if (taken.length === steps) break;
		if (pause > 0) await delay(pause);
	}
	return taken;
}

describe("examples prepared by threads", () => {
	test("are those that this thread prepares, however many threads", async () => {
		const expected = await examplesOf(variedTask(), { workers: 0 });
		assert.deepEqual(
			expected.map((examples) => examples.length),
			[8, 8, 8],
		);
		const sizes = expected.flat().map(({ image }) => image.height);
		assert.ok(new Set(sizes).size > 5);
		for (const workers of [1, 3])
			assert.deepEqual(await examplesOf(variedTask(), { workers }), expected);
		const later = { workers: 2, from: 1, steps: 2 };
		assert.deepEqual(await examplesOf(variedTask(), later), expected.slice(1));
	});

	test("come in several messages, where images are large", async () => {
		// Eight images of 200 x 200 pixels are more than a megabyte, with targets.
		const task = variedTask({ inputSize: 200 });
		const expected = await examplesOf(task, { workers: 0 });
		assert.deepEqual(await examplesOf(task, { workers: 2 }), expected);
	});

	test("take over where much time is spent on them", async () => {
		const task = variedTask({ idle: 20_000 });
		const options = { steps: 150, pause: 10 };
		const expected = await examplesOf(task, {
			...options,
			pause: 0,
			workers: 0,
		});
		let made = 0;
		const counted: typeof task = {
			...task,
			augment: (example, random) => {
				made++;
				return task.augment(example, random);
			},
		};
		assert.deepEqual(await examplesOf(counted, options), expected);
		assert.ok(made < 149 * 8, "threads have not taken over");
	});

	test("are those of the bundled tasks, attacked or not", async () => {
		const task = shapes({ trainImages: 40, size: 16, seed: 3 });
		const expected = await examplesOf(task, { workers: 0 });
		assert.deepEqual(await examplesOf(task, { workers: 2 }), expected);
		const attacked = adversarial(task, { epsilon: 1 });
		assert.deepEqual(await examplesOf(attacked, { workers: 1 }), expected);
	});

	test("a task that was changed, but not its source, is refused", async () => {
		const changed = { ...variedTask(), augment: (example: never) => example };
		await assert.rejects(
			examplesOf(changed, { workers: 1 }),
			/other examples than the one given.*source: undefined/,
		);
		const own = { ...changed, source: undefined };
		assert.equal((await examplesOf(own, { workers: 1 })).length, 3);
	});

	test("what a thread throws is thrown, with where it was", async () => {
		const stopped = examplesOf(variedTask({ damaged: 5 }), { workers: 2 });
		await assert.rejects(stopped, (error: Error) => {
			assert.equal(error.message, "image 5 is damaged");
			assert.match(String(error.stack), /varied-task.*example-worker/s);
			return true;
		});
	});

	test("a module that is not there or has no such function is named", async () => {
		const of = (source: object) => {
			const task = variedTask();
			return examplesOf(
				{ ...task, source: { ...task.source, ...source } } as typeof task,
				{ workers: 1 },
			);
		};
		await assert.rejects(of({ module: "file:///nowhere.js" }), /nowhere\.js/);
		await assert.rejects(of({ name: "other" }), /exports no function "other"/);
		await assert.rejects(
			examplesOf(variedTask(), { workers: 1.5 }),
			/whole number of threads, not 1\.5/,
		);
	});

	test("do not keep a process alive that leaves them", async () => {
		const at = (path: string) => new URL(path, import.meta.url).href;
		const program = `
			import { exampleStream } from "${at("../../src/train/example-stream.js")}";
			import { variedTask } from "${at("./varied-task.js")}";
			const recipe = { seed: 0, batchSize: 4 };
			const stream = exampleStream({ task: variedTask(), recipe, from: 0 }, 2);
			console.log((await stream.next()).value.length);
		`;
		const { stdout } = await promisify(execFile)(process.execPath, [
			"--input-type=module",
			"--eval",
			program,
		]);
		assert.equal(stdout, "4\n");
	});
});

describe("runs whose examples are prepared by threads", () => {
	const folder = scratchFolder();
	const weights = async (name: string, workers: number, stops: number[]) => {
		const at = join(folder, name);
		const tune = (signal?: AbortSignal, reporter?: () => void) =>
			finetune(variedBackbone(), variedTask(), recipe, {
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
		assert.equal(await weights("two", 2, [2, 3]), expected);
	});
});
