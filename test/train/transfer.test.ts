import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type * as tf from "@tensorflow/tfjs";
import {
	type ArchitectureName,
	architectures,
} from "../../src/backbones/architectures.js";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { linearParams } from "../../src/nn/linear.js";
import type { Params } from "../../src/nn/params.js";
import type { Task } from "../../src/tasks/task.js";
import { type Model, newModel } from "../../src/train/model.js";
import { batchNormModes, paramGroups } from "../../src/train/param-groups.js";
import type { Recipe } from "../../src/train/recipe.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

before(() => useEngine());

const isStatistic = (name: string): boolean => name.includes(".running_");

const values = (params: Params): Record<string, number[]> =>
	Object.fromEntries(
		Object.entries(params).map(([name, variable]) => [
			name,
			Array.from((variable as tf.Variable).dataSync()),
		]),
	);

/** The weights that some steps of a recipe change. */
function changed(changes: Partial<Recipe>, source: Backbone = tinyBackbone()) {
	const recipe = { ...tinyRecipe, ...changes };
	const model: Model = newModel(source, tinyTask, 0);
	const before = values(model.params);
	const trainStep = makeTrainStep(tinyTask, model, recipe);
	const batchAt = batchSource(tinyTask, recipe);
	for (let step = 0; step < 3; step++)
		trainStep.update({ step, steps: 4 }, (part) => batchAt(step, part));
	const after = values(model.params);
	const names = Object.keys(before).filter(
		(name) => String(before[name]) !== String(after[name]),
	);
	return { names, after };
}

describe("which weights a recipe changes", () => {
	test("full-network: all, running statistics included", () => {
		const { names } = changed({});
		assert.deepEqual(
			names,
			Object.keys(newModel(tinyBackbone(), tinyTask, 0).params),
		);
	});

	test("fixed-feature: the head alone", () => {
		const { names } = changed({ transfer: "fixed-feature" });
		assert.deepEqual(names, ["linear.weight", "linear.bias"]);
	});

	test("fixed-feature as released: the head, and running statistics adapt", () => {
		const { names } = changed({
			transfer: "fixed-feature",
			reading: "as-released",
		});
		assert.ok(names.includes("bn1.running_mean"));
		assert.deepEqual(
			names.filter((name) => !isStatistic(name)),
			["linear.weight", "linear.bias"],
		);
	});

	test("fixed-feature as released with a minimum of poly: it trains the backbone", () => {
		const schedule = {
			name: "poly",
			power: 0.9,
			minLearningRate: 1e-3,
		} as const;
		const released = { transfer: "fixed-feature", schedule } as const;
		const { names } = changed({ ...released, reading: "as-released" });
		assert.ok(names.includes("conv1.weight"));
		assert.deepEqual(changed(released).names, ["linear.weight", "linear.bias"]);
	});

	test("frozen stages: stem and first stage stay, with their statistics", () => {
		const { names } = changed({ frozenStages: 1 });
		assert.ok(names.length > 0);
		assert.deepEqual(
			names.filter((name) => /^(conv1|bn1|layer1)\./.test(name)),
			[],
		);
		assert.ok(names.includes("layer2.0.bn1.running_var"));
	});

	test("frozen statistics of batch norm, and frozen batch norm", () => {
		const statistics = changed({ batchNorm: "frozen-statistics" }).names;
		assert.deepEqual(statistics.filter(isStatistic), []);
		assert.ok(statistics.includes("bn1.weight"));
		const frozen = changed({ batchNorm: "frozen" }).names;
		assert.deepEqual(
			frozen.filter((name) => /bn\d/.test(name)),
			[],
		);
		assert.ok(frozen.includes("layer1.0.conv1.weight"));
	});

	test("a batch in parts is the batch, where batch norm does not look at it", () => {
		const frozen = { batchNorm: "frozen-statistics" } as const;
		const whole = changed(frozen).after;
		const parts = changed({ ...frozen, accumulate: 4 }).after;
		for (const [name, expected] of Object.entries(whole))
			expected.forEach((value, i) => {
				const found = parts[name]?.[i] as number;
				assert.ok(Math.abs(found - value) < 1e-5, `${name} ${i}`);
			});
	});
});

function groupsOf(architecture: ArchitectureName, changes: Partial<Recipe>) {
	const { params } = untrainedBackbone(architectures[architecture]);
	const groups = paramGroups(params, architectures[architecture], {
		recipe: { ...tinyRecipe, ...changes },
		isHead: (name) => /^(fc|head)\./.test(name),
	});
	return (name: string) => groups.find(({ names }) => names.includes(name));
}

describe("groups of weights", () => {
	test("norms, biases and position tables can go without decay", () => {
		const of = groupsOf("swin-mini", {
			weightDecay: 0.05,
			noDecay: ["norms", "biases", "position-tables"],
		});
		const block = "layers.0.blocks.0";
		assert.equal(of(`${block}.attn.qkv.weight`)?.weightDecay, 0.05);
		for (const name of [
			`${block}.attn.qkv.bias`,
			`${block}.norm1.weight`,
			`${block}.attn.relative_position_bias_table`,
			"head.bias",
		])
			assert.equal(of(name)?.weightDecay, 0, name);
	});

	test("the learning rate decays block by block from the head", () => {
		const resnet = groupsOf("resnet-mini", { layerDecay: 0.5 });
		assert.deepEqual(
			[
				"fc.weight",
				"layer4.0.conv1.weight",
				"layer1.0.bn1.bias",
				"conv1.weight",
			].map((name) => resnet(name)?.multiplier),
			[1, 0.5, 0.5 ** 4, 0.5 ** 5],
		);
		// Blocks 2, 2, 2, 1; the patch merging goes with the block before it.
		const swin = groupsOf("swin-mini", { layerDecay: 0.5 });
		assert.deepEqual(
			[
				"norm.weight",
				"layers.3.blocks.0.norm1.weight",
				"layers.2.downsample.reduction.weight",
				"layers.2.blocks.0.mlp.fc1.weight",
				"patch_embed.proj.weight",
			].map((name) => swin(name)?.multiplier),
			[1, 0.5, 0.25, 0.125, 0.5 ** 8],
		);
	});

	test("fixed-feature as released trains the bias tables of a Swin Transformer", () => {
		const of = groupsOf("swin-mini", {
			transfer: "fixed-feature",
			reading: "as-released",
		});
		const block = "layers.0.blocks.0";
		assert.deepEqual(
			{ ...of(`${block}.attn.relative_position_bias_table`), names: [] },
			{ multiplier: 1, weightDecay: 0, names: [] },
		);
		assert.equal(of(`${block}.norm1.weight`), undefined);
	});

	test("batch norms of frozen stages normalize by their running statistics", () => {
		const recipe = { ...tinyRecipe, frozenStages: 1 };
		const mode = batchNormModes(recipe, architectures.resnet18, () => false);
		assert.deepEqual(["bn1", "layer1.0.bn2", "layer2.0.bn1"].map(mode), [
			"eval",
			"eval",
			"train",
		]);
	});

	test("the task's own batch norms normalize by the batch in any case", () => {
		for (const changes of [
			{ transfer: "fixed-feature" },
			{ batchNorm: "frozen" },
		] as const) {
			const recipe = { ...tinyRecipe, ...changes };
			const mode = batchNormModes(recipe, architectures.resnet18, (name) =>
				name.startsWith("head."),
			);
			assert.deepEqual(["bn1", "head.bn"].map(mode), ["eval", "train"]);
		}
	});
});

test("weights that the loss does not reach stay as they are, in one part or several", () => {
	for (const accumulate of [1, 2]) {
		const recipe = { ...tinyRecipe, accumulate };
		const task: Task<number, number, tf.Tensor> = {
			...tinyTask,
			headParams: (backbone) => ({
				...tinyTask.headParams(backbone),
				...linearParams("spare", [2, 2]),
			}),
		};
		const model = newModel(tinyBackbone(), task, 0);
		const before = values(model.params);
		const trainStep = makeTrainStep(task, model, recipe);
		const batchAt = batchSource(task, recipe);
		trainStep.update({ step: 0, steps: 4 }, (part) => batchAt(0, part));
		const after = values(model.params);
		assert.deepEqual(after["spare.weight"], before["spare.weight"]);
		assert.notDeepEqual(after["linear.weight"], before["linear.weight"]);
	}
});
