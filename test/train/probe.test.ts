/** A head that is fitted on features, as a run like any other. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { weightsOf } from "../../src/backbones/backbone.js";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import { combineRuns } from "../../src/combine/combine-runs.js";
import { remedies } from "../../src/combine/remedies.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { linear } from "../../src/nn/linear.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import { holdOut } from "../../src/tasks/hold-out.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import { probe } from "../../src/train/probe.js";
import { listRuns, type Run } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const task = holdOut(tinyTask, { share: 0.3 });
const C = [0.01, 1, 100];
let run: Run;

async function tensorsOf({ folder: place }: Run): Promise<NamedTensors> {
	return (await readWeights(runFiles(place).weights, "")).tensors;
}

before(async () => {
	await useEngine("onnxruntime");
	run = await probe(tinyBackbone(), task, { folder, C });
});

describe("a probe", () => {
	test("leaves the backbone as it is, bit for bit, and says which C was chosen", async () => {
		const tensors = await tensorsOf(run);
		const given = weightsOf(tinyBackbone());
		const shared = Object.keys(given).filter(
			(name) => name in tensors && !name.startsWith("linear."),
		);
		assert.ok(shared.length > 10);
		for (const name of shared)
			assert.deepEqual(tensors[name]?.data, given[name]?.data);
		const { found } = run.record.probe ?? {};
		const scores = found?.scores ?? [];
		assert.equal(scores.length, C.length);
		assert.equal(found?.C, C[scores.indexOf(Math.max(...scores))]);
		assert.match(run.id, /-fixed-feature-logistic-regression-[0-9a-f]+$/);
	});

	test("is scored like any other run, with the score it was chosen by", async () => {
		const heldOut = vary(task, "scored on held-out data", {
			test: task.heldOut,
		});
		const [row] = await evaluate(run, heldOut, { corruptions: [] });
		assert.equal(
			row?.score,
			Math.max(...(run.record.probe?.found?.scores ?? [])),
		);
		assert.equal(row?.transfer, "fixed-feature");
		assert.match(
			row?.variation ?? "",
			/logistic-regression C 3 from 0\.01 to 100/,
		);
	});

	test("is what fine-tuning begins with, and is combined with what comes of it", async () => {
		const options = { folder, from: run };
		const recipe = { ...tinyRecipe, length: { steps: 2 } };
		const tuned = await finetune(tinyBackbone(), task, recipe, options);
		assert.match(tuned.id, /-from-logistic-regression-/);
		const start = await combineRuns(
			[run, tuned],
			remedies.wiseFt({ alpha: 0 }),
			{ folder },
		);
		const [own, other] = await Promise.all([run, start].map(tensorsOf));
		assert.deepEqual(other, own);
	});

	test("is found again, is another one with other settings, and needs no held-out data for one C", async () => {
		const written = readFileSync(runFiles(run.folder).weights);
		const again = await probe(tinyBackbone(), task, {
			...{ folder, C: C.toReversed() },
		});
		assert.equal(again.id, run.id);
		assert.deepEqual(readFileSync(runFiles(run.folder).weights), written);
		const single = await probe(tinyBackbone(), tinyTask, { folder, C: [1] });
		assert.notEqual(single.id, run.id);
		assert.equal(single.record.probe?.found?.C, 1);
		assert.equal(single.record.task.heldOut, undefined);
		const longer = await probe(tinyBackbone(), tinyTask, {
			...{ folder, C: [1], tolerance: 1e-3 },
		});
		assert.notEqual(longer.id, single.id);
		const dimmed = vary(tinyTask, "as if darker", {
			prepare: (image) => ({
				...image,
				data: image.data.map((value) => value >> 1),
			}),
		});
		const other = await probe(tinyBackbone(), dimmed, { folder, C: [1] });
		assert.notEqual(other.id, single.id);
	});

	test("is refused, with what would be right, where there is none", async () => {
		const count = listRuns(folder).length;
		const of = (given: Task, options = {}) =>
			probe(tinyBackbone(), given, { folder, C: [1], ...options });
		await assert.rejects(
			probe(tinyBackbone(), tinyTask, { folder }),
			/of which the task has none: give it holdOut\(task, .*or a single C$/,
		);
		await assert.rejects(
			of(shapesSegmentation() as unknown as Task),
			/is for classification, and shapes-segmentation uses feature maps; .*transfer: "fixed-feature"/,
		);
		await assert.rejects(
			of(
				vary(tinyTask, "colder", {
					forward: ({ params, backbone }, images, options) =>
						tf.mul(
							linear(params, "linear", backbone.features(images, options)),
							0.5,
						),
				}) as unknown as Task,
			),
			/no linear layer on the pooled features/,
		);
		await assert.rejects(
			of(
				vary(tinyTask, "of one class", {
					train: {
						...tinyTask.train,
						name: "tiny/one",
						sample: (i: number) => ({ ...tinyTask.train.sample(i), target: 2 }),
					},
				}) as unknown as Task,
			),
			/tiny\/one has no image of first, second, fourth/,
		);
		await assert.rejects(
			of(tinyTask as unknown as Task, { C: [] }),
			/at least one/,
		);
		const signal = AbortSignal.abort(new Error("enough"));
		await assert.rejects(
			of(tinyTask as unknown as Task, { C: [2], signal }),
			/enough/,
		);
		assert.equal(listRuns(folder).length, count);
	});
});
