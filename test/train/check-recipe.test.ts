import assert from "node:assert/strict";
import { test } from "node:test";
import { finetune, type Recipe, recipes } from "../../src/index.js";
import { checkRecipe } from "../../src/train/check-recipe.js";
import { tinyBackbone, tinyTask } from "./tiny-task.js";

const check = (change: object) =>
	checkRecipe({ ...recipes.cifar10, ...change } as Recipe, tinyTask);

test("every recipe there is, and every kind of schedule, optimizer and augmentation, can be followed", () => {
	for (const recipe of Object.values(recipes)) checkRecipe(recipe, tinyTask);
	const right: object[] = [
		{ length: { seconds: 0.5 } },
		{ length: { epochs: 1.5 } },
		{ length: { epochs: 1, steps: undefined } },
		{ schedule: { name: "constant" } },
		{
			schedule: {
				name: "one-cycle",
				rise: 0.3,
				startDivisor: 25,
				endDivisor: 1e4,
				momentum: { lowest: 0.85, highest: 0.95 },
			},
		},
		{ augment: { name: "augmix" } },
		{ augment: { name: "augmix", options: { severity: 1 } } },
		{ augment: { name: "mixup", options: { alpha: 0.2 } } },
		{ augment: { name: "random-erasing", options: { value: "random" } } },
		{ augment: [{ name: "rand-augment" }, { name: "augmix" }], consistency: 1 },
		{ augment: [{ name: "trivial-augment" }, { name: "cutmix" }] },
		{ augment: { name: "mine", make: () => ({ image: () => {} }) } },
		{ augment: { name: "prime", preset: "cifar" }, consistency: 12 },
		{
			augment: {
				name: "prime",
				preset: "imagenet",
				options: { diffeomorphism: undefined, randomFilter: { sigma: 2 } },
			},
		},
		{ noDecay: ["norms", "biases", "position-tables"] },
		{ frozenStages: 4, gradientClip: 1, layerDecay: 0.9, seed: -1 },
		{ layerDecay: { rate: 0.9, minScale: 0.1, by: "stage" } },
	];
	for (const change of right) check(change);
});

const refused: readonly (readonly [object, string])[] = [
	[
		{ layerDecay: { rate: 0 } },
		"layerDecay.rate must be a number above 0 and at most 1, not 0",
	],
	[
		{ layerDecay: { rate: 0.5, by: "stages" } },
		'layerDecay.by must be one of block, stage, not "stages"; did you mean "stage"?',
	],
	[{ augment: { name: "mix-up" } }, 'not "mix-up"; did you mean "mixup"?'],
	[
		{ augment: { name: "augmx" } },
		'augment.name must be one of prime, augmix, mixup, cutmix, trivial-augment, rand-augment, random-erasing, not "augmx"; did you mean "augmix"?',
	],
	[
		{ augment: "prime" },
		'augment must be an object whose name is one of prime, augmix, mixup, cutmix, trivial-augment, rand-augment, random-erasing, or one of your own, { name, options, make }, or a list of these, or null, not "prime"',
	],
	[
		{ augment: { name: "prime", preset: "nonexistent" } },
		'augment.preset must be one of imagenet, cifar, dense, not "nonexistent"',
	],
	[
		{ augment: { name: "prime" } },
		"augment.preset is missing: it must be one of imagenet, cifar, dense",
	],
	[
		{ augment: { name: "prime", preset: "dense", widht: 4 } },
		'augment has no option "widht", only name, preset, options',
	],
	[
		{ augment: { name: "prime", preset: "dense", options: { widht: 4 } } },
		'augment.options has no option "widht", only diffeomorphism, randomSmoothColor, randomFilter, width, maximumDepth, depthLimit, white; did you mean "width"?',
	],
	[
		{
			augment: {
				name: "prime",
				preset: "dense",
				options: { randomFilter: { sigma: "4" } },
			},
		},
		'augment.options.randomFilter.sigma must be a number of at least 0, not "4"',
	],
	[
		{ augment: { name: "augmix", options: { operations: ["equalise"] } } },
		'not "equalise"; did you mean "equalize"?',
	],
	[
		{ schedule: { name: "cosin", minLearningRate: 0 } },
		'schedule.name must be one of constant, step, poly, cosine, one-cycle, not "cosin"; did you mean "cosine"?',
	],
	[
		{ schedule: { name: "linear" } },
		'schedule.name must be one of constant, step, poly, cosine, one-cycle, not "linear"',
	],
	[
		{ schedule: "cosine" },
		'schedule must be an object whose name is one of constant, step, poly, cosine, one-cycle, not "cosine"',
	],
	[
		{ schedule: { name: "cosine" } },
		"schedule.minLearningRate is missing: it must be a number of at least 0",
	],
	[
		{ schedule: { name: "step", at: [50], factor: 0.1 } },
		"schedule.at[0] must be a share of the length (50 of 150 epochs are 1/3) from 0 to 1, not 50",
	],
	[
		{ optimizer: { name: "adam" } },
		'optimizer.name must be one of sgd, adamw, not "adam"; did you mean "adamw"?',
	],
	[
		{ optimizer: "sgd" },
		'optimizer must be an object whose name is one of sgd, adamw, not "sgd"',
	],
	[
		{ optimizer: { name: "adamw", betas: 0.9, epsilon: 1e-8 } },
		"optimizer.betas must be a list of 2, each of them a number of at least 0 and below 1, not 0.9",
	],
	[
		{ optimizer: { name: "sgd", momentum: 0.9 } },
		"optimizer.nesterov is missing: it must be true or false",
	],
	[
		{ optimizer: { name: "sgd", momentum: 0, nesterov: true } },
		"Nesterov needs a momentum above 0",
	],
	[{ noDecay: "norms" }, "noDecay must be a list, each of them one of "],
	[
		{ noDecay: ["norm"] },
		'position-tables, one-dimensional, not "norm"; did you mean "norms"?',
	],
	[
		{ length: 10 },
		"length must be an object with some of epochs, steps, seconds, not 10",
	],
	[
		{ length: { epoch: 10 } },
		'length has no option "epoch", only epochs, steps, seconds; did you mean "epochs"?',
	],
	[
		{ length: { epochs: 10, steps: 5 } },
		'length must be one of { epochs }, { steps } and { seconds }, not {"epochs":10,"steps":5}',
	],
	[
		{ length: { steps: 1.5 } },
		"length.steps must be a whole number of at least 1, not 1.5",
	],
	[
		{ length: {} },
		"length must be one of { epochs }, { steps } and { seconds }, not {}",
	],
	[
		{ warmUp: { step: 5, ratio: 0.1 } },
		'warmUp has no option "step", only steps, ratio; did you mean "steps"?',
	],
	[
		{ warmUp: 20 },
		"warmUp must be an object { steps, ratio }, or null, not 20",
	],
	[
		{ transfer: "fixed-features" },
		'transfer must be one of fixed-feature, full-network, not "fixed-features"; did you mean "fixed-feature"?',
	],
	[{ reading: "released" }, "reading must be one of as-described, as-released"],
	[{ batchNorm: "frozen-statistic" }, 'did you mean "frozen-statistics"?'],
	[{ learningRate: "0.1" }, 'learningRate must be a number above 0, not "0.1"'],
	[
		{ learningRate: undefined },
		"learningRate is missing: it must be a number above 0",
	],
	[
		{ stochasticDepth: 1 },
		"stochasticDepth must be a number of at least 0 and below 1, not 1",
	],
	[
		{ gradientClip: 0 },
		"gradientClip must be a number above 0, or null, not 0",
	],
	[
		{ frozenStages: 1.5 },
		"frozenStages must be a whole number of at least -1, not 1.5",
	],
	[
		{ weightDecay: Number.NaN },
		"weightDecay must be a number of at least 0, not NaN",
	],
	[{ agument: null }, 'the recipe has no option "agument", only optimizer, '],
	[{ agument: null }, 'did you mean "augment"?'],
	[
		{ batchSize: 10, accumulate: 3 },
		"accumulate is 3, which does not divide a batch of 10 images",
	],
	[
		{ consistency: 12 },
		"consistency compares augmented views: it needs an augment",
	],
	[
		{ augment: { name: "mixup" }, consistency: 12 },
		"consistency compares augmented views of one image, which mixup does not make: it changes the targets too",
	],
	[
		{ augment: [{ name: "augmix" }, { name: "cutmix" }], consistency: 1 },
		"which cutmix does not make",
	],
	[
		{ augment: { name: "trivial-augment" }, consistency: 12 },
		"it needs an augment of batches that makes them, such as augmix or prime",
	],
	[
		{
			augment: [
				{ name: "mixup" },
				{ name: "augmix" },
				{ name: "rand-augment" },
			],
		},
		"the augmentation rand-augment changes single images, before they are batches: it must stand before mixup, augmix",
	],
	[
		{ augment: [{ name: "augmix" }, { name: "mixup", options: { alpa: 1 } }] },
		'augment[1].options has no option "alpa", only alpha, probability; did you mean "alpha"?',
	],
	[{ augment: [] }, "augment must be a list of at least 1"],
	[
		{ augment: { name: "random-erasing", options: { value: [1, 2] } } },
		"augment.options.value must be one of random, or a number, or a list of 3",
	],
	[
		{ augment: { name: "mixup", make: () => ({ batch: () => {} }) } },
		'augment.name is "mixup", which is a built-in one',
	],
	[
		{ augment: { name: "mine", make: () => () => {} } },
		"the augmentation mine must make either { image }",
	],
	[
		{
			augment: {
				name: "mine",
				make() {
					throw new Error("mine needs another option");
				},
			},
		},
		"mine needs another option",
	],
];

for (const [change, message] of refused)
	test(`a recipe is refused: ${message}`, () => {
		assert.throws(
			() => check(change),
			(error: Error) => {
				assert.ok(error.message.startsWith("the recipe cannot be followed: "));
				assert.ok(error.message.includes(message), error.message);
				return true;
			},
		);
	});

test("all that is wrong with a recipe is one error", () => {
	const change = {
		learningRate: 0,
		agument: null,
		optimizer: { name: "adam" },
		schedule: { name: "cosine", minLearningRate: "0" },
	};
	assert.throws(
		() => check(change),
		/: the recipe has no option "agument".*; optimizer\.name must be.*; learningRate must be.*; schedule\.minLearningRate must be/,
	);
});

test("what is no recipe is refused, and nothing is written", async () => {
	for (const recipe of [undefined, null, "cifar10", [recipes.cifar10]])
		await assert.rejects(
			finetune(tinyBackbone(), tinyTask, recipe as never),
			/^Error: the recipe cannot be followed: the recipe must be an object \{ optimizer, learningRate, .*seed \}, with or without loss, .*, not/,
		);
});
