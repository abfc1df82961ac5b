/** Moving averages of weights: their decay, what a run ends with, and how it is scored. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import { compile } from "../../src/engine/compile.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { type Average, decayAt, following } from "../../src/train/average.js";
import { type FinetuneOptions, finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { listRuns, type Run } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const recipe: Recipe = { ...tinyRecipe, schedule: { name: "constant" } };

const tune = (
	changes: Partial<Recipe> = {},
	options: FinetuneOptions<number, number> = {},
	task = tinyTask,
): Promise<Run> =>
	finetune(
		tinyBackbone(),
		task,
		{ ...recipe, ...changes },
		{ folder, ...options },
	);

async function tensorsOf(
	run: Run,
	which: "weights" | "last" = "weights",
): Promise<NamedTensors> {
	const { tensors } = await readWeights(runFiles(run.folder)[which], "");
	return tensors;
}

before(() => useEngine("onnxruntime"));

describe("a moving average", () => {
	test("keeps as much as timm's after 1, 2, 11, 101 and 1001 updates", () => {
		const average = { decay: 0.9999, warmUp: { gamma: 1, power: 2 / 3 } };
		const wanted = [0, 0.37004, 0.79782, 0.95389, 0.99001];
		[1, 2, 11, 101, 1001].forEach((step, i) => {
			const found = decayAt(step, average);
			assert.ok(Math.abs(found - wanted[i]!) <= 5e-6, `${step}: ${found}`);
		});
		assert.equal(decayAt(1e9, average), 0.9999);
		assert.equal(decayAt(1, { decay: 0.9 }), 0);
		assert.equal(decayAt(2, { decay: 0.9 }), 0.9);
		assert.equal(decayAt(11, { decay: 0.9, after: 10 }), 0);
		assert.equal(decayAt(12, { decay: 0.9, after: 10 }), 0.9);
	});

	for (const isCompiled of [true, false])
		test(`of what stays is that, and lags behind what climbs, ${isCompiled ? "compiled" : "eager"}`, () => {
			const w = tf.variable(tf.tensor1d([0.1, 0]));
			const average = tf.variable(tf.tensor1d([0.1, 0]));
			const followed = following({ decay: 0.5 }, { w }, { w: average });
			assert.deepEqual(Object.keys(followed.slots), ["average of/w"]);
			const update = isCompiled
				? compile((kept: tf.Scalar) => followed.update(kept))
				: followed.update;
			for (let step = 1; step <= 40; step++)
				tf.tidy(() => {
					w.assign(tf.tensor1d([0.1, step]));
					update(tf.scalar(decayAt(step, { decay: 0.75 })));
				});
			const [still, climbed] = average.dataSync();
			assert.equal(still, Math.fround(0.1));
			const lag = 0.75 / (1 - 0.75);
			assert.ok(Math.abs(climbed! - (40 - lag)) < 1e-3, `${climbed}`);
			tf.dispose([w, average]);
		});

	test("is what a run ends with, of all its weights and statistics; the last are kept too", async () => {
		const average: Average = { decay: 0.6 };
		const steps = [1, 2, 3, 4];
		const plain: NamedTensors[] = [];
		for (const count of steps)
			plain.push(await tensorsOf(await tune({ length: { steps: count } })));
		const run = await tune({ average, length: { steps: 4 } });
		assert.match(run.id, /-averaged-lr/);
		assert.deepEqual(await tensorsOf(run, "last"), plain[3]);
		const found = await tensorsOf(run);
		for (const [name, { data }] of Object.entries(found)) {
			const past = plain.map((tensors) => tensors[name]!.data as Float32Array);
			(data as Float32Array).forEach((value, i) => {
				let wanted = past[0]![i]!;
				for (const values of past.slice(1))
					wanted = 0.6 * wanted + 0.4 * values[i]!;
				const tolerance = 1e-6 * Math.max(1, Math.abs(wanted));
				assert.ok(Math.abs(value - wanted) <= tolerance, `${name}[${i}]`);
			});
		}
		const copied = await tune({
			average: { ...average, statistics: "copy" },
			length: { steps: 4 },
		});
		const other = await tensorsOf(copied);
		assert.deepEqual(other["bn1.running_var"], plain[3]!["bn1.running_var"]);
		assert.deepEqual(other["conv1.weight"], found["conv1.weight"]);
	});

	for (const accumulate of [1, 2])
		test(`that keeps nothing is plain fine-tuning, bit for bit, in ${accumulate} parts`, async () => {
			const plain = await tensorsOf(await tune({ accumulate }));
			const run = await tune({ accumulate, average: { decay: 0 } });
			assert.deepEqual(await tensorsOf(run), plain);
			assert.deepEqual(await tensorsOf(run, "last"), plain);
		});

	test("goes on where it was", async () => {
		const average = { decay: 0.9, warmUp: { gamma: 1, power: 0.75 } };
		const whole = await tune({ average });
		const stop = new AbortController();
		const place = { folder: join(folder, "halves") };
		const signal = { signal: stop.signal };
		await assert.rejects(
			tune(
				{ average },
				{
					...place,
					...signal,
					reporter: ({ done }) => {
						if (done === 5) stop.abort();
					},
				},
			),
		);
		const halves = await tune({ average }, place);
		for (const which of ["weights", "last"] as const)
			assert.deepEqual(
				await tensorsOf(halves, which),
				await tensorsOf(whole, which),
			);
	});

	test("is what is scored, unless told otherwise; rows say which", async () => {
		const average = { decay: 0.995 };
		const run = await tune({ average, learningRate: 0.1 });
		const plain = await tune({ learningRate: 0.1 });
		const options = { corruptions: [], workers: 0 } as const;
		const [own] = await evaluate(run, tinyTask, options);
		const [last] = await evaluate(run, tinyTask, {
			...options,
			average: false,
		});
		const [other] = await evaluate(plain, tinyTask, options);
		assert.deepEqual([own?.weights, last?.weights], [undefined, "last"]);
		assert.equal(own?.variation, "averaged decay 0.995");
		assert.deepEqual(
			[last?.score, last?.correct],
			[other?.score, other?.correct],
		);
		assert.notEqual(own?.correct, last?.correct);
		assert.deepEqual(await evaluate(run, tinyTask, options), [own]);
		await assert.rejects(
			evaluate(plain, tinyTask, { ...options, average: false }),
			/has no average of its weights beside the last ones/,
		);
	});

	test("is what held-out scores and unfinished ones are of", async () => {
		const task = holdOut(tinyTask, { share: 0.3 });
		const scoredOnHeldOut = vary(task, "scored on held-out data", {
			test: task.heldOut,
		});
		const average = { decay: 0.9 };
		const changes = { average, learningRate: 0.1, length: { steps: 6 } };
		const scores: number[] = [];
		const run = await tune(
			changes,
			{
				every: {
					steps: 6,
					do: async ({ score }) => void scores.push(await score()),
				},
			},
			task as typeof tinyTask,
		);
		const options = { corruptions: [], workers: 0 } as const;
		const [row] = await evaluate(run, scoredOnHeldOut, options);
		assert.deepEqual(scores, [row?.score]);
		const stop = new AbortController();
		const place = { folder: join(folder, "unfinished"), signal: stop.signal };
		const unfinished = tune(
			{ average, learningRate: 0.1 },
			{
				...place,
				reporter: ({ done }) => {
					if (done === 6) stop.abort();
				},
			},
		);
		await assert.rejects(unfinished);
		const [begun] = listRuns(place.folder);
		const short = await tune(changes);
		for (const which of [true, false]) {
			const given = { ...options, average: which };
			const [early] = await evaluate(begun!, tinyTask, {
				...given,
				unfinished: true,
			});
			const [ended] = await evaluate(short, tinyTask, given);
			assert.equal(early?.step, 6);
			assert.equal(early?.correct, ended?.correct);
		}
	});

	test("of nothing that can be is refused", async () => {
		await assert.rejects(
			tune({ average: { decay: 1 } }),
			/average\.decay must be a number of at least 0 and below 1, not 1/,
		);
		await assert.rejects(
			tune({ average: { decay: 0.9, warmup: 1 } as never }),
			/did you mean "warmUp"/,
		);
	});
});
