/** Runs that begin with the weights of others: LP-FT. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { untrainedBackbone, weightsOf } from "../../src/backbones/backbone.js";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { predict } from "../../src/evaluate/predict.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { hashOfTensors, readWeights } from "../../src/runs/weights-file.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import { rescaledHead } from "../../src/train/begin-with.js";
import { type FinetuneOptions, finetune } from "../../src/train/finetune.js";
import type { Recipe } from "../../src/train/recipe.js";
import { openRun, type Run } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const probing: Recipe = {
	...tinyRecipe,
	transfer: "fixed-feature",
	learningRate: 0.1,
	length: { steps: 4 },
};
const tuning: Recipe = { ...tinyRecipe, batchNorm: "frozen-statistics" };
/** Nothing that a float32 would notice. */
const still: Partial<Recipe> = {
	learningRate: 1e-30,
	weightDecay: 0,
	length: { steps: 1 },
	weights: [
		{ match: "*", train: false },
		{ match: "linear.weight", train: true },
	],
};
let probe: Run;

const tune = (
	changes: Partial<Recipe> = {},
	options: FinetuneOptions<number, number> = {},
): Promise<Run> =>
	finetune(
		tinyBackbone(),
		tinyTask,
		{ ...tuning, ...changes },
		{ folder, ...options },
	);

async function tensorsOf(run: Run): Promise<NamedTensors> {
	const { tensors } = await readWeights(runFiles(run.folder).weights, "");
	return tensors;
}

before(async () => {
	await useEngine("onnxruntime");
	probe = await finetune(tinyBackbone(), tinyTask, probing, { folder });
});

describe("a run that begins with another one", () => {
	test("begins with exactly its weights, and a probe has left the backbone's alone", async () => {
		const own = weightsOf(tinyBackbone());
		const probed = await tensorsOf(probe);
		const kept = Object.keys(own).filter((name) => !name.startsWith("linear"));
		assert.ok(kept.length > 10);
		const only = (tensors: NamedTensors) =>
			hashOfTensors(
				Object.fromEntries(kept.map((name) => [name, tensors[name]!])),
			);
		assert.equal(only(probed), only(own));
		const begun = await tune(still, { from: probe });
		assert.deepEqual(await tensorsOf(begun), probed);
		const images = [0, 1, 2, 3].map((i) => tinyTask.test.sample(i).image);
		assert.deepEqual(
			await predict(begun, tinyTask, images),
			await predict(probe, tinyTask, images),
		);
	});

	test("says so in its record, its id and its rows, which seeds share", async () => {
		const plain = await tune();
		const run = await tune({}, { from: probe });
		const { sha256 } = (await readWeights(runFiles(probe.folder).weights, ""))
			.metadata;
		assert.equal(run.record.from?.id, probe.id);
		assert.equal(run.record.from?.sha256, sha256);
		assert.equal(run.record.from?.kind, "fixed-feature lr 0.1");
		assert.notEqual(run.id, plain.id);
		assert.match(run.id, /-full-network-from-fixed-feature-lr0\.01-seed0-/);
		assert.deepEqual(openRun(run.folder).record, run.record);
		const again = await tune({}, { from: openRun(probe.folder) });
		assert.equal(again.folder, run.folder);
		const probed = await finetune(
			tinyBackbone(),
			tinyTask,
			{ ...probing, seed: 1 },
			{ folder },
		);
		const other = await tune({ seed: 1 }, { from: probed });
		const mixed = await tune({ seed: 2 }, { from: probed });
		const longer = await finetune(
			tinyBackbone(),
			tinyTask,
			{ ...probing, length: { steps: 5 } },
			{ folder },
		);
		const others = await tune({}, { from: longer });
		const rows = await evaluate([run, other, mixed, others, plain], tinyTask, {
			corruptions: [],
			workers: 0,
		});
		const [first, second, third, fourth, fifth] = rows.map(
			({ recipe, variation }) => ({ recipe, variation }),
		);
		assert.equal(first?.variation, "from fixed-feature lr 0.1");
		assert.deepEqual(second, first);
		assert.deepEqual(third, first);
		assert.notEqual(fourth?.recipe, first?.recipe);
		assert.equal(fifth?.variation, undefined);
		assert.notEqual(others.id, run.id);
	});

	test("is, stopped and gone on with, the one that never stopped", async () => {
		const whole = await tune({}, { from: probe });
		const stop = new AbortController();
		const place = { folder: join(folder, "halves"), from: probe };
		await assert.rejects(
			tune(
				{},
				{
					...place,
					signal: stop.signal,
					reporter: ({ done }) => {
						if (done === 5) stop.abort();
					},
				},
			),
		);
		const halves = await tune({}, place);
		assert.equal(halves.id, whole.id);
		assert.deepEqual(await tensorsOf(halves), await tensorsOf(whole));
	});

	test("may have its head brought to the size of one drawn anew", async () => {
		const run = await tune(still, { from: probe, rescaleHead: true });
		assert.equal(run.record.from?.rescaleHead, true);
		const [before, after] = [await tensorsOf(probe), await tensorsOf(run)];
		const name = "linear.weight";
		const values = (tensors: NamedTensors, of = name) =>
			Array.from(tensors[of]!.data as Float32Array);
		const ratio = values(after)[0]! / values(before)[0]!;
		for (const of of [name, "linear.bias"])
			values(before, of).forEach((value, i) => {
				const given = values(after, of)[i]!;
				assert.ok(Math.abs(given - ratio * value) <= 1e-6 * Math.abs(given));
			});
		const [backbone] = Object.keys(before);
		assert.deepEqual(after[backbone!], before[backbone!]);
		// A weight drawn within a bound has a deviation of bound / sqrt 3, about.
		const all = values(after);
		const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
		const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
		const wanted = 1 / Math.sqrt(16) / Math.sqrt(3);
		const found = Math.sqrt(squares / all.length);
		assert.ok(Math.abs(found / wanted - 1) < 0.2, `${found}, not ${wanted}`);
		assert.throws(
			() =>
				rescaledHead(
					shapesSegmentation(),
					shapesSegmentation().headParams(untrainedBackbone("resnet-mini")),
					{ tensors: before, seed: 0 },
				),
			/rescaleHead is of a head that is one linear layer, and that of shapes-segmentation has the weights/,
		);
	});

	test("is refused where the other one does not fit, or is not finished", async () => {
		await assert.rejects(
			finetune(untrainedBackbone("resnet20"), tinyTask, tuning, {
				folder,
				from: probe,
			}),
			/has the architecture .*, and the backbone .*: begin with a run of the same$/,
		);
		const other = tinyBackbone();
		other.params["conv1.weight"]!.assign(other.params["conv1.weight"]!.mul(2));
		await assert.rejects(
			finetune(other, tinyTask, tuning, { folder, from: probe }),
			/with other weights than the one given/,
		);
		await assert.rejects(
			finetune(untrainedBackbone("resnet-mini"), shapes() as never, tuning, {
				folder,
				from: probe,
			}),
			/is of the task tiny, not shapes/,
		);
		const darker = vary(tinyTask, "darker", {
			normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
		});
		await assert.rejects(
			finetune(tinyBackbone(), darker, tuning, { folder, from: probe }),
			/was trained with the normalization/,
		);
		const set = vary(tinyTask, "set", { settings: { layers: 2 } });
		await assert.rejects(
			finetune(tinyBackbone(), set, tuning, { folder, from: probe }),
			/was trained with the settings/,
		);
		await assert.rejects(
			tune({}, { from: { ...probe, finished: false } }),
			/is not finished, so that nothing can begin with its weights/,
		);
		await assert.rejects(
			tune({}, { from: {} as Run }),
			/from must be a run, as finetune, combineRuns or openRun gives it/,
		);
		await assert.rejects(
			tune({}, { rescaleHead: true }),
			/rescaleHead is of the head of another run: say which/,
		);
	});
});
