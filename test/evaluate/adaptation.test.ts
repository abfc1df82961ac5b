/** Networks adapt to batches of test images as the reference code has them do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { architectures } from "../../src/backbones/architectures.js";
import { paramsOf, untrainedBackbone } from "../../src/backbones/backbone.js";
import { useEngine } from "../../src/engine/engine.js";
import type { Adaptation } from "../../src/evaluate/adaptation.js";
import { batchNormAdaptation } from "../../src/evaluate/batch-norm-adaptation.js";
import { tent } from "../../src/evaluate/tent.js";
import { batchNorm, batchNormParams } from "../../src/nn/batch-norm.js";
import { linearParams } from "../../src/nn/linear.js";
import { meanEntropy } from "../../src/nn/mean-entropy.js";
import { initialValues, makeParam } from "../../src/nn/params.js";
import { classification } from "../../src/tasks/classification.js";
import { defineTask } from "../../src/tasks/define-task.js";
import type { Task } from "../../src/tasks/task.js";
import { disposeModel, loadModel, newModel } from "../../src/train/model.js";
import { makePredictor } from "../../src/train/predictor.js";
import { formulaValues, formulaWeight } from "../nn/formula.js";
import { tinyBackbone, tinyTask } from "../train/tiny-task.js";

const fixture = JSON.parse(
	readFileSync(
		new URL("../../../test/fixtures/evaluate/adaptation.json", import.meta.url),
		"utf8",
	),
) as Record<string, number[][][]>;

const [batch, size, classes] = [4, 64, 5];

/** Its predictions are the logits; the images of the reference are not normalized. */
const task = defineTask({
	...tinyTask,
	...classification(classes),
	inputSize: size,
	normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
	headParams: () => linearParams("fc", [512, classes]),
	predictions: (output: tf.Tensor) => output.arraySync(),
} as never) as unknown as Task<number, number[], tf.Tensor>;

const resnet18 = () => {
	const specs = { ...paramsOf({ ...architectures.resnet18, classes }) };
	const tensors = Object.fromEntries(
		Object.entries(specs).map(([name, spec]) => [
			name,
			formulaWeight(name, spec),
		]),
	);
	return loadModel(architectures.resnet18, task as never, tensors);
};

const shown = Array.from({ length: batch }, () => {
	const side = { height: size, width: size };
	return { given: side, seen: side };
});

function batchAt(step: number) {
	const values = formulaValues(`images-${step}`, batch * 3 * size * size);
	const images = tf.tidy(() =>
		tf.transpose(tf.tensor4d(values, [batch, 3, size, size]), [0, 2, 3, 1]),
	);
	return { images, shown };
}

const cases: Readonly<Record<string, Adaptation | undefined>> = {
	source: undefined,
	"prior 16": batchNormAdaptation(),
	"prior 0": batchNormAdaptation({ prior: 0 }),
	"mean alone": batchNormAdaptation({ prior: 0, statistics: "mean" }),
	"variance alone": batchNormAdaptation({ prior: 0, statistics: "variance" }),
	norm: batchNormAdaptation({ prior: 0, variance: "biased" }),
	tent: tent(),
	"tent, two steps": tent({ steps: 2 }),
	"tent, episodic": tent({ episodic: true }),
};

const adapterOf = (
	adaptation: Adaptation | undefined,
	model: ReturnType<typeof resnet18>,
) =>
	adaptation
		? (
				adaptation.make(adaptation.options) as (given: object) => {
					predict(input: object): number[][];
					reset(): void;
					dispose(): void;
				}
			)({ task, model, isFrozen: true })
		: {
				...makePredictor(task, model, Object.values(model.params)),
				reset: () => {},
			};

function assertClose(found: number[][], expected: number[][]): void {
	found.flat().forEach((value, i) => {
		const want = expected.flat()[i] as number;
		assert.ok(
			Math.abs(value - want) <= 1e-4 + 1e-3 * Math.abs(want),
			`${value} is not ${want}`,
		);
	});
}

describe("a ResNet-18", () => {
	before(() => useEngine("onnxruntime"));
	for (const [name, expected] of Object.entries(fixture))
		test(`adapts as the reference does: ${name}`, () => {
			const model = resnet18();
			const held = tf.memory().numTensors;
			const adapter = adapterOf(cases[name], model);
			// Twice over, since it begins anew.
			for (let turn = 0; turn < 2; turn++) {
				adapter.reset();
				expected.forEach((logits, step) => {
					const input = batchAt(step);
					assertClose(adapter.predict(input), logits);
					input.images.dispose();
				});
			}
			adapter.dispose();
			assert.equal(tf.memory().numTensors, held);
			disposeModel(model);
		});
});

describe("adaptation", () => {
	before(() => useEngine("onnxruntime"));

	const norm = (shape: number[], mode: object | "eval" | "train") =>
		tf.tidy(() => {
			const params = Object.fromEntries(
				Object.entries(batchNormParams("bn", shape.at(-1) as number)).map(
					([name, spec]) => [
						name,
						makeParam(spec, initialValues(name, spec, 0)),
					],
				),
			);
			const values = formulaValues("x", tf.util.sizeFromShape(shape));
			const y = batchNorm(params, "bn", tf.tensor(values, shape), {
				mode: mode as never,
			});
			return Array.from(y.dataSync());
		});

	test("with an infinite prior is none, bit for bit", () => {
		const shape = [2, 3, 3, 4];
		assert.deepEqual(
			norm(shape, { prior: Number.POSITIVE_INFINITY }),
			norm(shape, "eval"),
		);
		assert.notDeepEqual(norm(shape, { prior: 1e9 }), norm(shape, { prior: 1 }));
	});

	test("with no prior normalizes as training does, but for the variance", () => {
		const shape = [2, 3, 3, 4];
		const count = 18;
		const [unbiased, biased, trained] = [
			{ prior: 0 },
			{ prior: 0, variance: "biased" },
			"train",
		].map((mode) => norm(shape, mode as never)) as [
			number[],
			number[],
			number[],
		];
		assert.deepEqual(biased, trained);
		unbiased.forEach((value, i) => {
			const corrected = value * Math.sqrt(count / (count - 1));
			assert.ok(Math.abs(corrected - (trained[i] as number)) < 1e-5 * 3);
		});
	});

	test("of images that are all alike normalizes by what is in one of them", () => {
		const [height, width, channels] = [3, 4, 2];
		const one = formulaValues("one", height * width * channels);
		const values = [one, one, one].flatMap((image) => [...image]);
		const params = Object.fromEntries(
			Object.entries(batchNormParams("bn", channels)).map(([name, spec]) => [
				name,
				makeParam(spec, initialValues(name, spec, 0)),
			]),
		);
		const found = tf.tidy(() =>
			batchNorm(
				params,
				"bn",
				tf.tensor4d(values, [3, height, width, channels]),
				{ mode: { prior: 0, variance: "biased" } },
			).dataSync(),
		);
		const ofChannel = (c: number) => [...one].filter((_, i) => i % 2 === c);
		const meanOf = (all: number[]) => all.reduce((a, b) => a + b) / all.length;
		const moments = [0, 1].map((c) => {
			const mean = meanOf(ofChannel(c));
			return {
				mean,
				variance: meanOf(ofChannel(c).map((value) => (value - mean) ** 2)),
			};
		});
		found.forEach((value, i) => {
			const { mean, variance } = moments[i % 2] as (typeof moments)[number];
			const expected =
				((values[i] as number) - mean) / Math.sqrt(variance + 1e-5);
			assert.ok(Math.abs(value - expected) < 1e-5, `${value}, ${expected}`);
		});
		tf.dispose(params);
	});

	test("by tent predicts of the first batch what its statistics alone do", () => {
		const [alone, tented] = [cases.norm, cases.tent].map((adaptation) => {
			const model = resnet18();
			const adapter = adapterOf(adaptation, model);
			const input = batchAt(0);
			const logits = adapter.predict(input);
			input.images.dispose();
			adapter.dispose();
			disposeModel(model);
			return logits.flat();
		}) as [number[], number[]];
		tented.forEach((value, i) => {
			assert.ok(Math.abs(value - (alone[i] as number)) < 1e-5);
		});
	});

	test("of one value per channel says what is needed", () => {
		assert.throws(
			() => norm([1, 1, 1, 4], { prior: 16 }),
			/bn sees one value per channel/,
		);
		assert.ok(norm([1, 1, 1, 4], { prior: 16, statistics: "mean" }).length);
	});

	test("is traced once, whatever is begun anew", () => {
		const small = {
			...task,
			headParams: () => linearParams("linear", [16, classes]),
		};
		for (const adaptation of [
			batchNormAdaptation(),
			tent(),
			tent({ steps: 2 }),
		]) {
			let traced = 0;
			const counted = {
				...small,
				forward: (...given: Parameters<typeof task.forward>) => {
					traced++;
					return task.forward(...given);
				},
			};
			const source = tinyBackbone();
			const model = newModel(source, counted, 0);
			source.dispose();
			const adapter = (adaptation as Adaptation<never>).make(
				adaptation.options as never,
			)({
				task: counted as unknown as Task,
				model,
				isFrozen: true,
			});
			for (let cell = 0; cell < 3; cell++) {
				adapter.reset();
				for (let step = 0; step < 2; step++) {
					const input = batchAt(step);
					adapter.predict(input);
					input.images.dispose();
				}
			}
			assert.equal(traced, 1, adaptation.name);
			adapter.dispose();
			disposeModel(model);
		}
	});

	test("moves each weight of tent by the rate, and no other", () => {
		const model = resnet18();
		const valuesOf = () =>
			Object.entries(model.params).map(
				([name, variable]) =>
					[name, variable.dataSync<"float32">().slice()] as const,
			);
		const start = valuesOf();
		const adapter = adapterOf(cases.tent, model);
		const input = batchAt(0);
		adapter.predict(input);
		input.images.dispose();
		let moved = 0;
		valuesOf().forEach(([name, values], i) => {
			const initial = (start[i] as (typeof start)[number])[1];
			const isNorm = /bn|downsample\.1/.test(name) && !/running/.test(name);
			if (!isNorm) assert.deepEqual(values, initial, name);
			else
				values.forEach((value, j) => {
					const by = Math.abs(value - (initial[j] as number));
					assert.ok(by < 1e-3 + 1e-6, `${name} moved by ${by}`);
					if (by > 1e-3 - 1e-6) moved++;
				});
		});
		assert.ok(moved > 1000);
		adapter.reset();
		assert.deepEqual(valuesOf(), start);
		adapter.dispose();
		disposeModel(model);
	});

	test("has the entropy of a fair coin, at which nothing moves", () => {
		const entropy = tf.tidy(() => meanEntropy(tf.zeros([3, 2])).dataSync()[0]);
		assert.ok(Math.abs((entropy as number) - Math.LN2) < 1e-6);
		const slope = tf.tidy(() =>
			tf
				.grad((x) => meanEntropy(x))(tf.zeros([3, 2]))
				.dataSync(),
		);
		assert.ok(slope.every((value) => Math.abs(value) < 1e-7));
	});

	test("of a compiled network is that of one that is not", async () => {
		const small = {
			...task,
			headParams: () => linearParams("linear", [16, classes]),
		} as typeof task;
		const logitsOn = () => {
			const source = tinyBackbone();
			const model = newModel(source, small, 0);
			source.dispose();
			const adapter = adapterOf(cases.tent, model);
			const found = [0, 1, 2].flatMap((step) => {
				const input = batchAt(step);
				const logits = adapter.predict(input);
				input.images.dispose();
				return logits;
			});
			adapter.dispose();
			disposeModel(model);
			return found;
		};
		const compiled = logitsOn();
		await tf.setBackend("cpu");
		const held = tf.memory().numTensors;
		assertClose(logitsOn(), compiled);
		assert.equal(tf.memory().numTensors, held);
		await useEngine("onnxruntime");
	});

	test("is refused by networks without batch norms, and by tasks without an entropy", () => {
		const swin = untrainedBackbone({
			...architectures["swin-t"],
			width: 8,
			depths: [1, 1, 1, 1],
			heads: [1, 1, 1, 1],
		} as never);
		const headed = { headParams: () => linearParams("fc", [64, 4]) };
		const bare = newModel(swin, headed, 0);
		for (const adaptation of [batchNormAdaptation(), tent()])
			assert.throws(
				() => adapterOf(adaptation, bare),
				/changes batch norms, and this network of tiny has none/,
			);
		const model = newModel(tinyBackbone(), tinyTask, 0);
		assert.throws(
			() =>
				tent().make({ learningRate: 1e-3, steps: 1 })({
					task: tinyTask as Task,
					model,
					isFrozen: true,
				}),
			/the task tiny does not give: define its `entropy`/,
		);
		disposeModel(bare);
		disposeModel(model);
		swin.dispose();
	});
});
