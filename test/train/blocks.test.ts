/** Some blocks are trained, and nothing of the others changes. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { architectures } from "../../src/backbones/architectures.js";
import { paramsOf, untrainedBackbone } from "../../src/backbones/backbone.js";
import { familyOf } from "../../src/backbones/families.js";
import { combineRuns } from "../../src/combine/combine-runs.js";
import { remedies } from "../../src/combine/remedies.js";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { hashOfTensors, readWeights } from "../../src/runs/weights-file.js";
import { blockFilter } from "../../src/train/blocks.js";
import { checkRecipe } from "../../src/train/check-recipe.js";
import { finetune } from "../../src/train/finetune.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import type { Recipe } from "../../src/train/recipe.js";
import { variationOf } from "../../src/train/recipe-variation.js";
import { openRun } from "../../src/train/run.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const { trainOnly } = remedies;
const folder = scratchFolder();
const options = { folder, workers: 0 };
const short: Recipe = { ...tinyRecipe, length: { steps: 2 } };

before(() => useEngine("onnxruntime"));

/** The hash of each tensor before the first step, by its name. */
function startOf(seed: number): Map<string, string> {
	const source = tinyBackbone();
	const model = newModel(source, tinyTask, seed);
	const found = Object.entries(model.params).map(
		([name, variable]) => [name, hashed(variable)] as const,
	);
	source.dispose();
	disposeModel(model);
	return new Map(found);
}

const hashed = (variable: { dataSync(): ArrayLike<number> }): string =>
	hashOfTensors({
		values: {
			dtype: "float32",
			shape: [variable.dataSync().length],
			data: Float32Array.from(variable.dataSync()).sort(),
		},
	});

async function changedBy(weights: Recipe["weights"], changes = {}) {
	const recipe = { ...short, ...changes, ...(weights && { weights }) };
	const source = tinyBackbone();
	const run = await finetune(source, tinyTask, recipe, options);
	source.dispose();
	const { tensors } = await readWeights(runFiles(run.folder).weights, "");
	const start = startOf(recipe.seed);
	const names = Object.keys(tensors).filter((name) => {
		const { data } = tensors[name] as (typeof tensors)[string];
		const values = { dataSync: () => data as Float32Array };
		return start.has(name) && hashed(values) !== start.get(name);
	});
	return { run, names };
}

describe("surgical fine-tuning", () => {
	for (const [blocks, pattern] of [
		[["stem", "layer1"], /^(conv1|bn1|layer1)\./],
		[["layer2", "head"], /^(layer2|linear)\./],
		[["head"], /^linear\./],
	] as const)
		test(`of ${blocks.join(" and ")} leaves all other tensors as they are`, async () => {
			const { names } = await changedBy(trainOnly(blocks));
			const { names: all } = await changedBy(undefined);
			assert.deepEqual(
				names,
				all.filter((name) => pattern.test(name)),
			);
			assert.ok(names.length > 0);
		});

	test("keeps frozen what else is frozen", async () => {
		const { names } = await changedBy(trainOnly(["stem", "head"]), {
			batchNorm: "frozen",
		});
		assert.deepEqual(names.sort(), [
			"conv1.weight",
			"linear.bias",
			"linear.weight",
		]);
	});

	test("is plain JSON, which records show and runs are combined by", async () => {
		const { run } = await changedBy(trainOnly(["stem", "layer1"]));
		const { record } = openRun(run.folder);
		assert.deepEqual(record.recipe.weights, [
			{ match: { allBut: ["stem", "layer1"] }, train: false },
		]);
		assert.equal(variationOf(record), "all but stem, layer1 train false");
		const other = await changedBy(trainOnly(["stem", "layer1"]), { seed: 1 });
		assert.notEqual(other.run.id, run.id);
		const half = await combineRuns(
			[run, (await changedBy(undefined)).run],
			remedies.wiseFt({ alpha: 0.5, batchNorm: "re-estimate", batches: 1 }),
			{ task: tinyTask, folder },
		);
		assert.ok(half.finished);
	});

	test("says which blocks there are", async () => {
		await assert.rejects(
			changedBy(trainOnly(["layer7", "head"])),
			/the network has no block layer7, but stem, layer1, layer2, head$/,
		);
		await assert.rejects(changedBy(trainOnly([])), /leaves no weight to train/);
		for (const match of [{ blocks: "layer1" }, { allBut: [], blocks: [] }])
			assert.throws(
				() =>
					checkRecipe(
						{ ...short, weights: [{ match, train: false }] } as never,
						tinyTask,
					),
				/weights\[0\]\.match/,
			);
	});
});

test("every family tells its blocks, of which each weight is in one", () => {
	for (const [name, chosen] of [
		["resnet50", ["layer2.0.downsample.0.weight", "layer2.3.bn3.bias"]],
		[
			"swin-t",
			["layers.1.blocks.0.norm1.weight", "layers.1.downsample.norm.bias"],
		],
		["convnext-t", ["downsample_layers.1.1.weight", "stages.1.2.gamma"]],
	] as const) {
		const net = architectures[name];
		const given = { net, isHead: () => false };
		const weights = Object.keys(paramsOf(net));
		const of = (block: string) => blockFilter({ blocks: [block] }, given);
		for (const weight of chosen) assert.ok(of("layer2")(weight), weight);
		const blocks = ["stem", "layer1", "layer2", "layer3", "layer4", "head"];
		for (const weight of weights)
			assert.equal(blocks.filter((block) => of(block)(weight)).length, 1);
		assert.ok(of("head")(`${familyOf(net).head(net)}.weight`));
		const rest = weights.filter(blockFilter({ allBut: ["layer2"] }, given));
		assert.deepEqual(
			rest,
			weights.filter((weight) => !of("layer2")(weight)),
		);
	}
	const { stageOf: _, ...family } = familyOf(architectures.resnet20);
	const source = untrainedBackbone("resnet20");
	assert.throws(
		() =>
			blockFilter(
				{ blocks: ["stem"] },
				{
					net: { ...source.architecture, family } as never,
					isHead: () => false,
				},
			),
		/cannot be chosen, since it does not say.*`stageOf`/,
	);
	source.dispose();
});
