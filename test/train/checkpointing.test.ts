/** Stages that are computed again for their gradients: the weights are those without. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import {
	type Backbone,
	untrainedBackbone,
} from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import { recomputations } from "../../src/engine/recompute.js";
import { shapes, shapesDetection } from "../../src/index.js";
import type { Task } from "../../src/tasks/task.js";
import { checkRecipe } from "../../src/train/check-recipe.js";
import { describeRun } from "../../src/train/describe-run.js";
import { disposeModel, newModel } from "../../src/train/model.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";
import { makeTrainStep } from "../../src/train/train-step.js";
import { plainNet } from "../backbones/plain-net.js";
import { batchSource, tinyBackbone, tinyRecipe } from "./tiny-task.js";

before(() => useEngine());

const pictures = shapes({ trainImages: 16, testImages: 4, size: 32 }) as Task;

const small = {
	"resnet-mini": { ...architectures["resnet-mini"], classes: 0 },
	"swin-mini": { ...architectures["swin-mini"], classes: 0 },
	convnext: {
		...architectures["convnext-t"],
		width: 8,
		depths: [1, 1, 2, 1],
		classes: 0,
	},
} as const;

/** Losses, weights and what the optimizer keeps, after two updates. */
function trained(source: Backbone, task: Task, recipe: Recipe) {
	const model = newModel(source, task, 0);
	const step = makeTrainStep(task, model, recipe);
	const batchAt = batchSource(task, recipe);
	const losses = [0, 1].map((at) =>
		step.update({ step: at, steps: 4 }, (part) => batchAt(at, part)),
	);
	const values = Object.entries({ ...model.params, ...step.slots }).map(
		([name, variable]): [string, number[]] => [
			name,
			[...(variable as tf.Variable).dataSync()],
		],
	);
	step.dispose();
	disposeModel(model);
	return { losses, values: Object.fromEntries(values) };
}

type Trained = ReturnType<typeof trained>;

/** The same but for the rounding of sums, as a share of the largest number of each weight. */
function assertNear(found: Trained, wanted: Trained, share: number): void {
	for (const [name, expected] of Object.entries(wanted.values)) {
		const own = found.values[name] as number[];
		const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
		const wrong = expected.findIndex(
			(value, i) => !(Math.abs(value - (own[i] as number)) <= share * largest),
		);
		assert.equal(wrong, -1, `${name}: ${own[wrong]}, not ${expected[wrong]}`);
	}
	found.losses.forEach((loss, i) => {
		const expected = wanted.losses[i] as number;
		assert.ok(Math.abs(loss - expected) <= share * expected);
	});
}

/** `share` is 0 where it is to the last bit. */
function assertSame(
	source: Backbone,
	{ task, recipe }: { readonly task: Task; readonly recipe: Recipe },
	share: number,
): void {
	const plain = trained(source, task, recipe);
	const before = recomputations();
	const twice = trained(source, task, { ...recipe, checkpointing: true });
	assert.ok(recomputations() > before);
	assert.ok(plain.losses.every(Number.isFinite));
	if (share === 0) assert.deepEqual(twice, plain);
	else assertNear(twice, plain, share);
}

const base = { ...tinyRecipe, batchSize: 4 };
// Sums of gradients are taken in another order where maps have other readers than the next stage, and ONNX Runtime
// fuses what is read once, as layer norms.
const rounding = 1e-5;
const cases: readonly (readonly [
	string,
	keyof typeof small,
	Partial<Recipe>,
	number,
])[] = [
	["a ResNet, its running statistics moved once", "resnet-mini", {}, 0],
	[
		"a ResNet with frozen stages and statistics, in two parts",
		"resnet-mini",
		{ frozenStages: 1, batchNorm: "frozen-statistics", accumulate: 2 },
		0,
	],
	["a ResNet that is fixed", "resnet-mini", { transfer: "fixed-feature" }, 0],
	[
		"a Swin Transformer that drops",
		"swin-mini",
		{ stochasticDepth: 0.5 },
		rounding,
	],
	["a ConvNeXt that drops", "convnext", { stochasticDepth: 0.5 }, rounding],
];

for (const [what, architecture, changes, share] of cases)
	test(`${what}: the weights are those without`, () => {
		const source = untrainedBackbone(small[architecture]);
		const recipe = { ...base, ...changes };
		assertSame(source, { task: pictures, recipe }, share);
	});

test("a detector, whose step is cut where regions are chosen: the weights are those without", () => {
	const task = shapesDetection({ trainImages: 4, testImages: 2 }) as Task;
	const recipe = { ...recipes.shapesDetection, batchSize: 1 };
	const source = untrainedBackbone(small["resnet-mini"]);
	assertSame(source, { task, recipe }, rounding);
});

test("a family that does not heed it is named", () => {
	const source = untrainedBackbone({ family: plainNet, width: 4, classes: 0 });
	assert.throws(
		() => trained(source, pictures, { ...base, checkpointing: true }),
		/the family plain\S* does not heed checkpointing: let each of its stages be computed by checkpointed\(\)/,
	);
});

test("a recipe without it has the id that it had, and one that says that it is off the same", () => {
	const idOf = (changes: Partial<Recipe>) =>
		describeRun(tinyBackbone(), pictures, {
			recipe: { ...base, ...changes },
		}).id;
	assert.equal(idOf({ checkpointing: false }), idOf({}));
	assert.notEqual(idOf({ checkpointing: true }), idOf({}));
	const check = (checkpointing: unknown) =>
		checkRecipe({ ...base, checkpointing } as Recipe, pictures);
	check(true);
	check(false);
	assert.throws(
		() => check("stages"),
		/checkpointing must be true or false, not "stages"/,
	);
});
