/** What one makes oneself in a recipe: it is used, and runs and rows are called by it. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { recipeFacts } from "../../src/analysis/provenance.js";
import { robustness } from "../../src/analysis/robustness.js";
import { untrainedBackbone } from "../../src/backbones/backbone.js";
import type { NameFilter } from "../../src/backbones/groups.js";
import { useEngine } from "../../src/engine/engine.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import type { Own } from "../../src/own.js";
import { vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { checkRecipe } from "../../src/train/check-recipe.js";
import { describeRun } from "../../src/train/describe-run.js";
import { finetune } from "../../src/train/finetune.js";
import type { OptimizerRule } from "../../src/train/optimizer-rule.js";
import type { OutputLoss } from "../../src/train/output-loss.js";
import { type Recipe, recipes } from "../../src/train/recipe.js";
import type { Regularizer } from "../../src/train/regularizer.js";
import { openRun } from "../../src/train/run.js";
import type { ScheduleRule } from "../../src/train/schedule.js";
import { scratchFolder } from "./folders.js";
import { tinyBackbone, tinyRecipe, tinyTask } from "./tiny-task.js";

const folder = scratchFolder();
const short: Recipe = { ...tinyRecipe, length: { steps: 2 } };

before(() => useEngine("onnxruntime"));

const tune = (changes: Partial<Recipe> = {}, task = tinyTask) =>
	finetune(tinyBackbone(), task, { ...short, ...changes }, { folder });

const signSgd = (scale: number): Own<OptimizerRule, { scale: number }> => ({
	name: "sign sgd",
	options: { scale },
	make: ({ scale }) => ({
		slots: [],
		numbers: ({ rates }) => ({ rates }),
		update: ({ value, gradient, slots }, { rates }) => ({
			value: tf.sub(value, tf.mul(tf.mul(tf.sign(gradient), scale), rates!)),
			slots,
		}),
	}),
});

/** Brier's score, and how often it was asked for. */
const brier = (calls: { count: number }): Own<OutputLoss> => ({
	name: "brier",
	make:
		() =>
		(output, { labels }, { classes }) => {
			calls.count++;
			const wanted = tf.oneHot(labels as tf.Tensor1D, classes.length);
			const squares = tf.squaredDifference(tf.softmax(output), wanted);
			return tf.mean(tf.sum(squares, 1));
		},
});

const decaying: Own<ScheduleRule, { gamma: number }> = {
	name: "exponential",
	options: { gamma: 0.5 },
	make: ({ gamma }) => ({ rate: ({ step }, base) => base * gamma ** step }),
};

const norm: Own<Regularizer, { weight: number }> = {
	name: "norm",
	options: { weight: 0.1 },
	make:
		({ weight }) =>
		(weights) =>
			tf.mul(
				weight,
				tf.addN(Object.values(weights).map((w) => tf.sum(tf.abs(w)))),
			),
};

describe("a recipe with things of one's own", () => {
	test("they are used, and other names, options and texts are other runs", async () => {
		const calls = { count: 0 };
		const runs = [
			await tune(),
			await tune({ loss: brier(calls) }),
			await tune({ loss: { name: "cross-entropy", labelSmoothing: 0.1 } }),
			await tune({ optimizer: signSgd(1) }),
			await tune({ optimizer: signSgd(2) }),
			await tune({ optimizer: { ...signSgd(1), name: "other" } }),
			await tune({ schedule: decaying }),
			await tune({ regularizers: [norm] }),
			await tune({ weights: [{ match: "conv1.*", train: false }] }),
		];
		assert.ok(calls.count > 0);
		assert.equal(new Set(runs.map(({ id }) => id)).size, runs.length);
		const ends = runs.map(({ id }) =>
			id.replace(/^tiny-resnet-full-network-/, "").replace(/-[^-]*$/, ""),
		);
		const end = "lr0.01-seed0";
		assert.deepEqual(ends, [
			end,
			`brier-${end}`,
			`cross-entropy-${end}`,
			`sign-sgd-${end}`,
			`sign-sgd-${end}`,
			`other-${end}`,
			`exponential-${end}`,
			`norm-${end}`,
			`weights-by-name-${end}`,
		]);
		const losses = runs.map(({ log }) => log[0]!.loss);
		assert.ok(losses[1]! < losses[0]! && losses[7]! > losses[0]!);
		const rates = runs[6]!.log.map(({ learningRate }) => learningRate);
		assert.equal(rates.at(-1), 0.005);

		const rows = await evaluate(runs, tinyTask, {
			corruptions: ["contrast"],
			images: 8,
		});
		const table = robustness(rows, undefined, { corruptions: ["contrast"] });
		assert.deepEqual(table.array("variation"), [
			"none",
			"brier",
			"cross-entropy labelSmoothing 0.1",
			"sign sgd scale 1",
			"sign sgd scale 2",
			"other scale 1",
			"exponential gamma 0.5",
			"norm weight 0.1",
			"conv1.* train false",
		]);
		const facts = new Map(recipeFacts(runs));
		assert.match(
			facts.get("loss") ?? "",
			/^not given \| brier, code \w{8} \| cross-entropy, labelSmoothing 0\.1$/,
		);
	});

	test("what is written of them is plain, and read back it is refused until it is given again", async () => {
		const depth: Own<NameFilter, { depth: number }> = {
			name: "deep",
			options: { depth: 4 },
			make:
				({ depth }) =>
				(name) =>
					name.split(".").length === depth,
		};
		const parts = {
			optimizer: signSgd(1),
			schedule: decaying,
			loss: brier({ count: 0 }),
			regularizers: [norm],
			weights: [{ match: depth, decay: false }],
		};
		const run = await tune(parts);
		const { recipe } = openRun(run.folder).record;
		assert.equal((recipe.optimizer as { code?: string }).code?.length, 8);
		for (const [part, name] of [
			["optimizer", "sign sgd"],
			["schedule", "exponential"],
			["loss", "brier"],
			["regularizers[0]", "norm"],
			["weights[0].match", "deep"],
		])
			assert.throws(
				() => checkRecipe(recipe, tinyTask),
				({ message }: Error) =>
					message.includes(
						`${part} is what a record says of "${name}", made by someone, without its code: give it again`,
					),
			);
		const again = await tune({ ...recipe, ...parts });
		assert.equal(again.id, run.id);
	});

	test("names that are built in, no names and options that are no JSON are refused", () => {
		const check = (change: object) => () =>
			checkRecipe({ ...short, ...change } as Recipe, tinyTask);
		const own = signSgd(1);
		for (const [change, message] of [
			[
				{ optimizer: { ...own, name: "adamw" } },
				/optimizer\.name is "adamw", which is a built-in one/,
			],
			[
				{ schedule: { ...decaying, name: "cosine" } },
				/schedule\.name is "cosine", which is a built-in one/,
			],
			[{ optimizer: { ...own, name: " " } }, /optimizer\.name must be text/],
			[
				{ optimizer: { ...own, options: { scale: Number.NaN } } },
				/optimizer\.options cannot be written down: scale is the number NaN/,
			],
			[{ loss: "focal" }, /loss must be an object whose name is one of cross-/],
			[
				{ regularizers: [tf.add] },
				/regularizers\[0\] must be a thing of one's/,
			],
			[
				{ loss: { name: "cross-entropy", labelSmoothing: 2 } },
				/loss\.labelSmoothing must be a number from 0 to 1, not 2/,
			],
			[
				{ loss: { name: "cross-entropy", classWeights: [1, 2] } },
				/loss\.classWeights are 2, but the task has 4 classes/,
			],
			[
				{ loss: { name: "cross-entropy", classWeights: [0, 0, 0, 0] } },
				/loss\.classWeights are all 0/,
			],
			[{ weights: [{ match: "", rate: 2 }] }, /weights\[0\]\.match must be/],
			[
				{ weights: [{ match: "*", rate: 0 }] },
				/weights\[0\]\.rate must be a number above 0/,
			],
			[
				{ weights: [{ match: "*", decay: -1 }] },
				/weights\[0\]\.decay must be a number of at least 0/,
			],
			[
				{ weights: [{ match: "*", decay: "no" }] },
				/weights\[0\]\.decay must be true, false or a number/,
			],
			[{ weights: [{ match: "*", lr: 2 }] }, /has no option "lr", only match/],
		] as const)
			assert.throws(check(change), message);
	});
});

test("a make that gives something else is named, with what it must give", async () => {
	const own = { name: "mine", make: () => ({ rates: 1 }) as never };
	for (const [change, message] of [
		[
			{ optimizer: own },
			/make of the optimizer mine must give \{ slots, numbers, update \}/,
		],
		[{ schedule: own }, /make of the schedule mine must give \{ rate \}/],
		[{ loss: own }, /make of the loss mine must give a function \(output/],
		[
			{ regularizers: [own] },
			/make of the regularizer mine must give a function \(weights/,
		],
		[
			{ weights: [{ match: own, train: false }] },
			/make of the filter mine must give a function \(name/,
		],
	] as const)
		await assert.rejects(tune(change as Partial<Recipe>), message);
});

test("a loss of the recipe stands in the consistency loss, and needs a task that has one of the output", async () => {
	const calls = { count: 0 };
	const augment = { name: "augmix" } as const;
	const consistent = { augment, consistency: 12 };
	const [own, usual] = [
		await tune({ ...consistent, loss: brier(calls) }),
		await tune(consistent),
	];
	assert.ok(calls.count > 0);
	assert.ok(own.log[0]!.loss < usual.log[0]!.loss);
	const whole = vary(tinyTask, "whole", { loss: tinyTask.loss });
	await assert.rejects(
		tune({ loss: brier(calls) }, whole),
		/no loss of the network's output alone, in whose place a recipe's loss stands/,
	);
});

test("where the loss is no number, the advice names what is one's own", async () => {
	const broken: Own<OutputLoss> = {
		name: "broken loss",
		make: () => (output) => tf.mul(tf.sum(output), Number.NaN) as tf.Scalar,
	};
	await assert.rejects(
		tune({ loss: broken }),
		/the loss is NaN at step 0: .*a lower learning rate than 0\.01.*, or the same without broken loss$/,
	);
	await assert.rejects(
		tune({ loss: { ...broken, make: () => (output) => output as never } }),
		/the loss broken loss must give a scalar tensor, such as a mean, not a tensor \[8, 4\]/,
	);
});

test("recipes without things of one's own are called what they always were", () => {
	const source = untrainedBackbone("resnet-mini");
	const idOf = (recipe: Recipe) => describeRun(source, shapes(), { recipe }).id;
	assert.equal(
		idOf(recipes.shapes),
		"shapes-resnet-mini-full-network-lr0.01-seed0-333a2366",
	);
	assert.equal(
		idOf({ ...recipes.cocoSwin, weights: undefined } as unknown as Recipe),
		"shapes-resnet-mini-full-network-lr0.0001-seed0-c9c2c4fe",
	);
	source.dispose();
});
