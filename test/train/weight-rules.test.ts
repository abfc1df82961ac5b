/** Freezing, rates and weight decay by name. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import type { NameFilter } from "../../src/backbones/groups.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Own } from "../../src/own.js";
import { uperNet } from "../../src/tasks/ade20k/uper-net.js";
import { maskRcnn } from "../../src/tasks/coco/mask-rcnn/mask-rcnn.js";
import type { Task } from "../../src/tasks/task.js";
import { finetune } from "../../src/train/finetune.js";
import {
	disposeModel,
	newModel,
	trainableSpecs,
} from "../../src/train/model.js";
import { batchNormModes, paramGroups } from "../../src/train/param-groups.js";
import type { Recipe } from "../../src/train/recipe.js";
import { listRuns } from "../../src/train/run.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import type { WeightRule } from "../../src/train/weight-rules.js";
import { scratchFolder } from "./folders.js";
import {
	batchSource,
	tinyBackbone,
	tinyRecipe,
	tinyTask,
} from "./tiny-task.js";

const folder = scratchFolder();
const isHead: NameFilter = (name) => name.startsWith("linear.");

before(() => useEngine("onnxruntime"));

/** What each trained weight of the tiny network is trained like. */
function settingsOf(weights: readonly WeightRule[], changes = {}) {
	const recipe: Recipe = { ...tinyRecipe, ...changes, weights };
	const model = newModel(tinyBackbone(), tinyTask, 0);
	const groups = paramGroups(model.params, model.backbone.architecture, {
		recipe,
		isHead,
	});
	disposeModel(model);
	return new Map(
		groups.flatMap(({ names, multiplier, weightDecay }) =>
			names.map((name) => [name, { multiplier, weightDecay }] as const),
		),
	);
}

const usual = { multiplier: 1, weightDecay: tinyRecipe.weightDecay };

describe("rules about weights by name", () => {
	test("freeze, scale and decay what they match, dots included", () => {
		const found = settingsOf([
			{ match: "layer1.*", train: false },
			{ match: "*.bias", decay: false, rate: 2 },
			{ match: "linear.weight", decay: 0.5 },
		]);
		assert.ok(![...found.keys()].some((name) => name.startsWith("layer1.")));
		assert.deepEqual(found.get("conv1.weight"), usual);
		assert.deepEqual(found.get("layer2.0.bn1.bias"), {
			multiplier: 2,
			weightDecay: 0,
		});
		assert.deepEqual(found.get("linear.bias"), {
			multiplier: 2,
			weightDecay: 0,
		});
		assert.deepEqual(found.get("linear.weight"), {
			...usual,
			weightDecay: 0.5,
		});
	});

	test("of each setting the last that matches counts", () => {
		const found = settingsOf([
			{ match: "*", train: false, decay: false },
			{ match: "layer2.*", train: true, rate: 0.1 },
			{ match: "layer2.0.conv1.weight", rate: 0.3, train: undefined },
		] as WeightRule[]);
		assert.deepEqual(found.get("layer2.0.conv1.weight"), {
			multiplier: 0.3,
			weightDecay: 0,
		});
		assert.deepEqual(found.get("layer2.0.conv2.weight"), {
			multiplier: 0.1,
			weightDecay: 0,
		});
		assert.ok([...found.keys()].every((name) => name.startsWith("layer2.")));
	});

	test("they stand over transfer, frozen stages, noDecay and layer decay", () => {
		const rule: WeightRule = { match: "layer2.0.bn1.*", train: true };
		for (const changes of [
			{ transfer: "fixed-feature" },
			{ transfer: "fixed-feature", reading: "as-released" },
			{ frozenStages: 4 },
			{ batchNorm: "frozen" },
		]) {
			const found = settingsOf([rule], changes);
			assert.deepEqual(
				found.get("layer2.0.bn1.weight"),
				usual,
				String(changes),
			);
		}
		const found = settingsOf([{ ...rule, decay: true, rate: 3 }], {
			noDecay: ["norms"],
			layerDecay: 0.5,
		});
		assert.deepEqual(found.get("layer2.0.bn1.weight"), {
			...usual,
			multiplier: 1.5,
		});
		assert.equal(found.get("layer1.0.bn1.weight")?.weightDecay, 0);
	});

	test("a filter of one's own chooses by its options", () => {
		const below: Own<NameFilter, { depth: number }> = {
			name: "below",
			options: { depth: 4 },
			make:
				({ depth }) =>
				(name) =>
					name.split(".").length === depth,
		};
		const found = settingsOf([{ match: below, train: false }]);
		assert.ok(!found.has("layer2.0.conv1.weight"));
		assert.ok(found.has("conv1.weight"));
	});

	test("a pattern's other signs are letters", () => {
		assert.throws(
			() => settingsOf([{ match: "layer1.0.conv1.weigh." }]),
			/matches none/,
		);
		assert.throws(() => settingsOf([{ match: "conv" }]), /matches none/);
	});

	test("one that matches nothing is refused with what is near, before anything is written", async () => {
		const tune = (weights: readonly WeightRule[]) =>
			finetune(
				tinyBackbone(),
				tinyTask,
				{ ...tinyRecipe, weights },
				{ folder },
			);
		await assert.rejects(
			tune([
				{ match: "layr1.*", train: false },
				{ match: "*.bn1.wieght", rate: 2 },
				{ match: "bn1.running_mean", train: false },
			]),
			/weights\[0\]\.match "layr1\.\*" matches none of the \d+ weights that can be trained; near are layer1\.\*.*weights\[1\]\.match "\*\.bn1\.wieght" .*near are \*\.bn1\.weight.*weights\[2\]\.match "bn1\.running_mean"/,
		);
		await assert.rejects(
			tune([{ match: "*", train: false }]),
			/leaves no weight to train/,
		);
		await assert.rejects(
			finetune(
				tinyBackbone(),
				tinyTask,
				{
					...tinyRecipe,
					transfer: "fixed-feature",
					weights: [{ match: "linear.*", train: false }],
				},
				{ folder },
			),
			/leaves no weight to train/,
		);
		assert.equal(listRuns(folder).length, 0);
	});

	test("the names are those of the model, for tasks with feature maps too", () => {
		const heads = [
			uperNet({ classes: 3, channels: 4, auxiliaryChannels: 4 }),
			maskRcnn({ classes: 3, channels: 4, hidden: 8 }),
			tinyTask,
		] as unknown as Task[];
		for (const task of heads)
			for (const name of ["swin-mini", "resnet-mini"] as const) {
				const source = untrainedBackbone(name);
				const model = newModel(source, task, 0);
				const trainable = Object.entries(model.params)
					.filter(([, { trainable }]) => trainable)
					.map(([weight]) => weight);
				assert.deepEqual(
					Object.keys(trainableSpecs(source, task).all).sort(),
					trainable.sort(),
				);
				disposeModel(model);
				source.dispose();
			}
	});
});

describe("batch norms under rules about names", () => {
	const modes = (weights: readonly WeightRule[], changes = {}) =>
		batchNormModes(
			{ ...tinyRecipe, ...changes, weights },
			tinyBackbone().architecture,
			isHead,
		);

	test("those whose weight and bias are frozen keep their statistics, the others' go on", () => {
		const modeOf = modes([{ match: "layer1.*", train: false }]);
		assert.equal(modeOf("layer1.0.bn1"), "eval");
		assert.equal(modeOf("layer2.0.bn1"), "train");
		assert.equal(modes([{ match: "*.bias", train: false }])("bn1"), "train");
	});

	test("those that rules train normalize as `batchNorm` says", () => {
		const rule: WeightRule = { match: "layer2.*", train: true };
		const fixed = modes([rule], { transfer: "fixed-feature" });
		assert.equal(fixed("layer2.0.bn1"), "train");
		assert.equal(fixed("layer1.0.bn1"), "eval");
		const still = modes([rule], { batchNorm: "frozen-statistics" });
		assert.equal(still("layer2.0.bn1"), "eval");
	});

	test("in a step nothing of a frozen part changes, and all the rest does", () => {
		const recipe: Recipe = {
			...tinyRecipe,
			weights: [{ match: "layer1.*", train: false }],
		};
		const model = newModel(tinyBackbone(), tinyTask, 0);
		const values = () =>
			Object.fromEntries(
				Object.entries(model.params).map(([name, variable]) => [
					name,
					variable.dataSync<"float32">().join(),
				]),
			);
		const before = values();
		const trainStep = makeTrainStep(tinyTask, model, recipe);
		const batchAt = batchSource(tinyTask, recipe);
		for (const step of [0, 1])
			trainStep.update({ step, steps: 12 }, () => batchAt(step));
		const after = values();
		for (const name of Object.keys(before))
			assert.equal(
				after[name] === before[name],
				name.startsWith("layer1."),
				name,
			);
		trainStep.dispose();
		disposeModel(model);
	});
});
