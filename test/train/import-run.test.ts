import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { architectures } from "../../src/backbones/architectures.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import type { NamedTensors } from "../../src/checkpoint/tensor.js";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { readWeights } from "../../src/runs/weights-file.js";
import { finetune } from "../../src/train/finetune.js";
import { importRun } from "../../src/train/import-run.js";
import {
	disposeModel,
	modelStateDict,
	newModel,
} from "../../src/train/model.js";
import { listRuns } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyRecipe } from "./tiny-task.js";
import { variedBackbone, variedTask } from "./varied-task.js";

const folder = scratchFolder();

before(() => useEngine());

const net = { ...architectures["resnet-mini"], width: 4 } as const;
const options = {
	architecture: net,
	name: "resnet-mini/regular",
	recipe: tinyRecipe,
	folder: join(folder, "imported"),
};
const isOfHead = (name: string) => /^(main|auxiliary)\./.test(name);

/** A released model: `backbone.` before the names, and a counter that PyTorch keeps. */
const released = (tensors: NamedTensors): NamedTensors => ({
	...Object.fromEntries(
		Object.entries(tensors).map(([name, tensor]) => [
			isOfHead(name) ? name : `backbone.${name}`,
			tensor,
		]),
	),
	"backbone.bn1.num_batches_tracked": {
		dtype: "int64",
		shape: [],
		data: BigInt64Array.of(7n),
	},
});

describe("weights that were fine-tuned elsewhere", () => {
	test("are a run that scores as the one they are of", async () => {
		const task = { ...variedTask(), source: undefined };
		const recipe = { ...tinyRecipe, length: { steps: 2 } };
		const run = await finetune(variedBackbone(), task, recipe, { folder });
		const { tensors } = await readWeights(runFiles(run.folder).weights, "");
		const path = join(folder, "released.safetensors");
		writeSafetensors(path, released(tensors));
		const imported = await importRun(task, path, options);
		assert.ok(imported.finished && imported.log.length === 0);
		assert.match(
			imported.id,
			/^varied-resnet-mini-regular-full-network-lr0\.01-seed0-\w{8}$/,
		);
		const cells = { corruptions: ["contrast"] } as const;
		const [clean, contrast] = await evaluate(imported, task, cells);
		const expected = await evaluate(run, task, cells);
		assert.equal(clean?.score, expected[0]?.score);
		assert.equal(contrast?.score, expected[1]?.score);
		// The same content again, by the task's own names.
		const again = await importRun(task, tensors, options);
		assert.deepEqual(again, imported);
		assert.equal(listRuns(options.folder).length, 1);
	});

	test("other weights are another run", async () => {
		const ids = [0, 1].map(async (seed) => {
			const model = newModel(variedBackbone(), variedTask(), seed);
			const tensors = modelStateDict(model);
			disposeModel(model);
			return (await importRun(variedTask(), tensors, options)).id;
		});
		const [one, other] = await Promise.all(ids);
		assert.notEqual(one, other);
	});

	test("of a Swin Transformer may have mmdetection's names", async () => {
		const swin = {
			...architectures["swin-mini"],
			width: 8,
			depths: [1, 1, 1, 1],
			heads: [1, 1, 2, 2],
		};
		const model = newModel(untrainedBackbone(swin), variedTask(), 0);
		const tensors = modelStateDict(model);
		disposeModel(model);
		const theirs = Object.fromEntries(
			Object.entries(tensors).map(([name, tensor]) => {
				const renamed = name
					.replace(/^layers\./, "stages.")
					.replace(".attn.", ".attn.w_msa.")
					.replace(".mlp.fc1.", ".ffn.layers.0.0.")
					.replace(".mlp.fc2.", ".ffn.layers.1.")
					.replace("patch_embed.proj.", "patch_embed.projection.");
				return [isOfHead(name) ? name : `backbone.${renamed}`, tensor];
			}),
		);
		const architecture = swin;
		const run = await importRun(variedTask(), theirs, {
			...options,
			architecture,
		});
		const found = await readWeights(runFiles(run.folder).weights, "");
		assert.deepEqual(
			Object.keys(found.tensors).sort(),
			Object.keys(tensors).sort(),
		);
	});

	test("that do not fit are told together, of backbone and head", async () => {
		const model = newModel(variedBackbone(), variedTask(), 0);
		const tensors = { ...modelStateDict(model) };
		disposeModel(model);
		delete tensors["conv1.weight"];
		delete tensors["main.bias"];
		const wrong = {
			...tensors,
			"auxiliary.weight": tensors["main.weight"],
			"spare.weight": tensors["main.weight"],
		} as NamedTensors;
		await assert.rejects(
			importRun(variedTask(), wrong, options),
			(error: Error) => {
				assert.match(error.message, /missing \(2\): conv1\.weight, main\.bias/);
				assert.match(error.message, /not in the model \(1\): spare\.weight/);
				assert.match(error.message, /another shape \(1\): auxiliary\.weight/);
				return true;
			},
		);
	});
});
