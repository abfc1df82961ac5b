/** A task by what it is called: changes that have no name are refused, and those that have one are told apart. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { canonical } from "../../src/canonical.js";
import { defineTask, vary } from "../../src/tasks/define-task.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { shapesDetection } from "../../src/tasks/shapes/shapes-detection.js";
import { shapesSegmentation } from "../../src/tasks/shapes/shapes-segmentation.js";
import type { Task } from "../../src/tasks/task.js";
import {
	type Concern,
	checkTask,
	taskIdentity,
} from "../../src/tasks/task-identity.js";
import { tinyTask } from "../train/tiny-task.js";

const check = (task: unknown) => checkTask(task as Task);

describe("a change without a name", () => {
	const base = shapes();
	const changes: Record<string, unknown> = {
		train: { ...base.train },
		test: { ...base.test },
		augment: (example: unknown) => example,
		prepare: (image: unknown) => image,
		loss: () => tf.scalar(0),
		outputLoss: () => tf.scalar(0),
		forward: () => tf.zeros([1, 10]),
		headParams: () => ({}),
		predictions: () => [],
		metric: () => ({ add() {}, value: () => 50 }),
		batchTargets: () => ({}),
		padded: () => ({ height: 64, width: 64 }),
		uses: "pyramid",
		classes: ["only"],
		inputSize: 32,
		settings: { wide: true },
	};
	for (const [key, value] of Object.entries(changes))
		test(`of ${key} is refused, and the sentence shows how to name it`, () => {
			check(base);
			assert.throws(
				() => check({ ...base, [key]: value }),
				new RegExp(
					`^TypeError: the task shapes has another ${key} than it was made with.*vary\\(task, "what it is", { ${key} }\\)`,
				),
			);
			const varied = vary(base, "other", { [key]: value });
			check(varied);
			assert.throws(() => check({ ...varied, [key]: null }), /has another/);
			const concerns: Concern[] = ["network", "training", "scoring"];
			const identity = taskIdentity(varied as never, ...concerns);
			assert.equal(identity.changes?.[key]?.[0]?.name, "other");
		});

	test("of a part that is left out is refused too", () => {
		const { augment: _, ...rest } = base;
		assert.throws(() => check(rest), /another augment/);
	});

	test("of what is read anew each time needs none", () => {
		check({
			...base,
			name: "other",
			metricName: "top-1",
			normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
			corruptionVariant: "cifar-10-c",
			testBatchSize: 3,
			source: undefined,
		});
	});

	test("of a part that no task has is named", () => {
		assert.throws(
			() => check({ ...base, agument: () => {} }),
			/a task has no "agument".*did you mean "augment"/,
		);
		assert.throws(
			() => vary(base, "mine", { agument: () => {} } as never),
			/a task has no "agument".*did you mean "augment"/,
		);
		assert.throws(
			() => defineTask({ ...tinyTask, forwrd: () => {} } as never),
			/a task has no "forwrd".*did you mean "forward"/,
		);
	});
});

test("all bundled tasks are made, and a plain object is not", () => {
	for (const task of [shapes(), shapesSegmentation(), shapesDetection()]) {
		check(task);
		const all = ["network", "training", "scoring"] as const;
		assert.deepEqual(taskIdentity(task as never, ...all), {});
	}
	const { made: _, ...plain } = tinyTask;
	assert.throws(() => check(plain), /plain object.*defineTask\({ \.\.\. }\)/);
});

describe("vary", () => {
	const smooth = (task = tinyTask, name = "smoothing 0.1") =>
		vary(task, name, { outputLoss: () => tf.scalar(1) });
	const identity = (task: typeof tinyTask) =>
		JSON.stringify(taskIdentity(task as never, "training"));

	test("tells names apart, and texts of one name", () => {
		const other = vary(tinyTask, "smoothing 0.1", {
			outputLoss: () => tf.scalar(2),
		});
		const found = [
			tinyTask,
			smooth(),
			smooth(tinyTask, "smoothing 0.2"),
			smooth(smooth()),
			other,
		].map(identity);
		assert.equal(new Set(found).size, 5);
		assert.equal(identity(smooth()), found[1]);
	});

	test("makes a loss of a changed network or output loss, and leaves none that is not its own", () => {
		const at = (task: Task<number, number, tf.Tensor>) =>
			task
				.loss({} as never, {
					images: tf.zeros([1, 1, 1, 3]),
					targets: { labels: tf.zeros([1]) },
				})
				.dataSync()[0];
		const forward = () => tf.tensor2d([[5]]);
		const outputLoss = (output: tf.Tensor) => tf.mean(output) as tf.Scalar;
		assert.equal(at(vary(tinyTask, "five", { forward, outputLoss })), 5);
		const mean = vary(tinyTask, "mean", { outputLoss });
		assert.equal(at(vary(mean, "five", { forward })), 5);
		const own = vary(tinyTask, "own", { loss: () => tf.scalar(7) });
		assert.equal(at(own), 7);
		assert.equal(own.outputLoss, undefined);
		assert.throws(
			() => vary(own, "five", { forward }),
			/needs a `loss` that goes with its `forward`/,
		);
	});

	test("keeps threads only where they see what was changed, or are told how", () => {
		const base = shapes();
		assert.equal(smooth(base as never).source, base.source);
		const same = { prepare: (image: never) => image };
		assert.equal(vary(base, "same", same).source, undefined);
		const { source } = base;
		assert.equal(vary(base, "same", { ...same, source }).source, source);
	});

	test("refuses functions without a text, and names that say nothing", () => {
		const bound = tinyTask.prepare.bind(tinyTask);
		assert.throws(
			() => vary(tinyTask, "bound", { prepare: bound }),
			/prepare is a bound or built-in function.*wrap it/,
		);
		for (const name of ["", " ", undefined])
			assert.throws(
				() => vary(tinyTask, name as string, {}),
				/needs a name for the change/,
			);
	});
});

test("a task of one's own is called by the text of its functions", () => {
	const own = (prepare: (typeof tinyTask)["prepare"]) =>
		defineTask({ ...tinyTask, prepare });
	const code = (task: typeof tinyTask) =>
		taskIdentity(task as never, "scoring").code?.scoring;
	assert.ok(code(tinyTask));
	assert.notEqual(
		code(own((image) => image)),
		code(own((image) => ({ ...image }))),
	);
	assert.equal(code(own((image) => image)), code(own((image) => image)));
});

test("a bundled task that is taken apart is called by the text of what is beside its parts", () => {
	const all = ["network", "training", "scoring"] as const;
	const identity = (task: unknown) =>
		JSON.stringify(taskIdentity(task as never, ...all));
	const outputLoss = () => tf.scalar(3);
	const mine = defineTask({ ...shapes(), outputLoss });
	assert.notEqual(identity(mine), identity(shapes()));
	const other = defineTask({ ...shapes(), outputLoss: () => tf.scalar(4) });
	assert.notEqual(identity(mine), identity(other));
	const seen = mine.loss(
		{
			backbone: {
				features: () => tf.zeros([1, 128]),
				architecture: { family: "resnet" },
			},
			params: {
				"fc.weight": tf.variable(tf.zeros([128, 10])),
				"fc.bias": tf.variable(tf.zeros([10])),
			},
		} as never,
		{
			images: tf.zeros([1, 64, 64, 3]),
			targets: { labels: tf.zeros([1], "int32") },
		},
	);
	assert.equal(
		seen.dataSync()[0],
		3,
		"the loss that was given is the one used",
	);
	const named = ["0.1", "0.2"].map((name) =>
		defineTask({ ...vary(shapes(), name, { outputLoss }) }),
	);
	assert.notEqual(identity(named[0]), identity(named[1]));
});

test("what JSON would lose or change is refused by its place, not called by something else", () => {
	assert.equal(canonical({ b: [1], a: undefined }), '{"b":[1]}');
	assert.equal(
		canonical({ b: 1, a: { d: null, c: "x" } }),
		'{"a":{"c":"x","d":null},"b":1}',
	);
	for (const [value, what] of [
		[Number.NaN, "the number NaN"],
		[Number.POSITIVE_INFINITY, "the number Infinity"],
		[() => 1, "a function"],
		[Symbol("s"), "a symbol"],
		[1n, "a bigint"],
		[new Date(0), "a Date"],
		[new Map(), "a Map"],
		[new Float32Array(1), "a Float32Array"],
		[[undefined], "a undefined"],
	] as const)
		assert.throws(
			() => canonical({ settings: { value } }),
			(error: Error) =>
				error.message.startsWith("settings.value") &&
				error.message.includes(` is ${what}`),
		);
});
