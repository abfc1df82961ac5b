/** Learning rates that decay from the head to the stem. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
	type ArchitectureName,
	architectures,
} from "../../src/backbones/architectures.js";
import { paramsOf } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { runFiles } from "../../src/runs/run-folder.js";
import { makeFolder, writeWhole } from "../../src/runs/whole-file.js";
import { describeRun } from "../../src/train/describe-run.js";
import { finetune } from "../../src/train/finetune.js";
import { type LayerDecay, layerScales } from "../../src/train/layer-decay.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { groupsOfWeights } from "../../src/train/param-groups.js";
import type { Recipe } from "../../src/train/recipe.js";
import { learningRateAt } from "../../src/train/schedule.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { scratchFolder } from "./folders.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

const folder = scratchFolder();

before(() => useEngine("onnxruntime"));

function assertScales(
	architecture: ArchitectureName,
	decay: number | LayerDecay,
	expected: Readonly<Record<string, number>>,
): void {
	const scaleOf = layerScales(architectures[architecture], decay);
	for (const [name, scale] of Object.entries(expected))
		assert.ok(
			Math.abs(scaleOf(name) / scale - 1) < 1e-4,
			`${name}: ${scaleOf(name)} is not ${scale}`,
		);
}

describe("layer-wise decay", () => {
	test("counts the blocks of a ResNet", () => {
		assertScales("resnet50", 0.75, {
			"conv1.weight": 0.0075169,
			"layer1.0.conv1.weight": 0.010023,
			"layer4.2.bn3.bias": 0.75,
			"fc.weight": 1,
		});
		assertScales(
			"resnet-mini",
			{ rate: 0.75 },
			{
				"bn1.weight": 0.2373,
				"layer1.0.conv1.weight": 0.3164,
				"layer4.0.conv1.weight": 0.75,
				"fc.weight": 1,
			},
		);
	});

	test("goes no further down than its smallest scale", () => {
		assertScales(
			"resnet50",
			{ rate: 0.75, minScale: 0.1 },
			{
				"conv1.weight": 0.1,
				"layer3.4.conv1.weight": 0.75 ** 5,
				"layer4.2.conv1.weight": 0.75,
			},
		);
	});

	test("of a ConvNeXt by stages is that of mmsegmentation", () => {
		// num_layers 6 and 12, as its configurations have them, and two more: 0.9 ** (num_layers + 2 - layer - 1).
		for (const [name, layers] of [
			["convnext-t", 6],
			["convnext-b", 12],
		] as const)
			assertScales(
				name,
				{ rate: 0.9, by: "stage" },
				{
					"downsample_layers.0.0.weight": 0.9 ** (layers + 1),
					"downsample_layers.3.1.weight": 0.9 ** (layers + 1),
					"stages.0.2.gamma": 0.9 ** layers,
					"stages.1.0.dwconv.bias": 0.9 ** (layers - 1),
					"stages.2.8.norm.weight": 0.9 ** (layers - 2),
					"stages.3.0.pwconv1.weight": 0.9 ** (layers - 3),
					"norm2.weight": 1,
					"head.weight": 1,
				},
			);
	});

	test("by stages of other networks is that of their stages", () => {
		const decay = { rate: 0.5, by: "stage" } as const;
		assertScales("resnet50", decay, {
			"bn1.bias": 0.5 ** 5,
			"layer1.2.conv1.weight": 0.5 ** 4,
			"layer4.0.conv1.weight": 0.5,
			"fc.bias": 1,
		});
		assertScales("resnet20", decay, {
			"conv1.weight": 0.5 ** 4,
			"layer3.0.conv1.weight": 0.5,
		});
		assertScales("swin-t", decay, {
			"patch_embed.proj.weight": 0.5 ** 5,
			"layers.2.downsample.reduction.weight": 0.25,
			"norm.weight": 1,
		});
	});
});

const poly = { name: "poly", power: 1, minLearningRate: 1e-3 } as const;

/** What a run's first weight learns with after half of it, by its changes under a gradient that is known. */
function movedBy(changes: Partial<Recipe>): number {
	const recipe: Recipe = {
		...tinyRecipe,
		optimizer: { name: "adamw", betas: [0, 0], epsilon: 0 },
		weightDecay: 0,
		schedule: poly,
		...changes,
	};
	const source = tinyBackbone();
	const model = newModel(source, tinyTask, 0);
	source.dispose();
	const weight = model.params["conv1.weight"];
	const start = weight?.dataSync<"float32">().slice();
	const step = makeTrainStep(tinyTask as never, model, recipe);
	step.update({ step: 5, steps: 10 }, () => batchSource(tinyTask, recipe)(0));
	const moved = Math.abs(
		(weight?.dataSync<"float32">()[0] as number) - (start?.[0] as number),
	);
	step.dispose();
	disposeModel(model);
	return moved;
}

describe("the minimum of a schedule", () => {
	// Adam without moments moves by the learning rate; the stem is three layers from the head.
	const near = (found: number, expected: number) =>
		assert.ok(Math.abs(found / expected - 1) < 1e-3, `${found}, ${expected}`);
	const half = learningRateAt({ step: 5, steps: 10 }, 0.01, {
		schedule: poly,
		warmUp: null,
	});

	test("decays with the layers of { rate }, and stays as it is with a number", () => {
		near(half, 0.0055);
		near(movedBy({}), half);
		near(movedBy({ layerDecay: { rate: 0.5 } }), half / 8);
		near(movedBy({ layerDecay: 0.5 }), (0.01 / 8 - 1e-3) / 2 + 1e-3);
		near(movedBy({ layerDecay: { rate: 1 } }), half);
	});

	test("raises no learning rate in silence, but of runs that have begun", async () => {
		const source = tinyBackbone();
		const recipe: Recipe = {
			...tinyRecipe,
			length: { steps: 1 },
			schedule: poly,
			layerDecay: 0.4,
		};
		const options = { folder, workers: 0 };
		const raised =
			/minLearningRate 0\.001 .* would raise the learning rates of 3 weights, down to 0\.00064 for conv1\.weight: scale it as well, with layerDecay: \{ rate: 0\.4 \}, or set it to 0/;
		await assert.rejects(finetune(source, tinyTask, recipe, options), raised);
		const weights = [{ match: "layer1.*", rate: 0.05 }];
		await assert.rejects(
			finetune(
				source,
				tinyTask,
				{ ...recipe, layerDecay: 1, weights },
				options,
			),
			/minLearningRate 0\.001 .* down to 0\.00050 for layer1\.[^:]*: set it to 0/,
		);
		const scaled = { ...recipe, layerDecay: { rate: 0.4 } };
		const run = await finetune(source, tinyTask, scaled, options);
		assert.ok(run.finished);
		const record = describeRun(source, tinyTask, { recipe });
		assert.notEqual(record.id, run.id);
		const begun = join(folder, record.id);
		makeFolder(begun);
		writeWhole(runFiles(begun).record, JSON.stringify(record));
		const found = await finetune(source, tinyTask, recipe, options);
		assert.equal(found.id, record.id);
		assert.ok(found.finished);
		source.dispose();
	});
});

test("weights of one dimension can go without decay", () => {
	const undecayed = (architecture: ArchitectureName) => {
		const net = architectures[architecture];
		const specs = Object.fromEntries(
			Object.entries(paramsOf(net)).filter(([, { statistic }]) => !statistic),
		);
		const groups = groupsOfWeights(specs, net, {
			recipe: { ...tinyRecipe, noDecay: ["one-dimensional"] },
			isHead: (name) => /^(fc|head)\./.test(name),
		});
		const found = groups
			.filter(({ weightDecay }) => weightDecay === 0)
			.flatMap(({ names }) => names);
		const vectors = Object.keys(specs).filter(
			(name) => specs[name]?.shape.length === 1,
		);
		assert.deepEqual(found.sort(), vectors.sort());
		return found;
	};
	assert.ok(undecayed("convnext-t").includes("stages.0.0.gamma"));
	assert.ok(undecayed("resnet-mini").includes("fc.bias"));
	assert.ok(
		!undecayed("swin-mini").some((name) => name.endsWith("_bias_table")),
	);
});
