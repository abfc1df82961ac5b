/** Losses and schedules of a recipe, beside PyTorch's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useEngine } from "../../src/engine/engine.js";
import type { Own } from "../../src/own.js";
import { classification } from "../../src/tasks/classification.js";
import { type CrossEntropy, makeLoss } from "../../src/train/output-loss.js";
import {
	learningRateAt,
	momentumAt,
	type ScheduleRule,
} from "../../src/train/schedule.js";

interface Expected {
	readonly loss: number;
	readonly gradient: readonly number[];
}
type Case = "plain" | "smoothed" | "weighted" | "both";

const fixture = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/train/losses-and-schedules.json",
			import.meta.url,
		),
		"utf8",
	),
) as {
	labels: number[];
	shares: number[];
	weights: number[];
	logits: number[];
	crossEntropy: Record<"of labels" | "of shares", Record<Case, Expected>>;
	exponential: { gamma: number; rates: number[] };
};

const [batch, classes] = [6, ["a", "b", "c", "d"]];

before(() => useEngine("onnxruntime"));

function assertNear(found: ArrayLike<number>, wanted: readonly number[]): void {
	assert.equal(found.length, wanted.length);
	wanted.forEach((value, i) => {
		const difference = Math.abs((found[i] as number) - value);
		assert.ok(difference <= 2e-6, `${i}: ${found[i]}, not ${value}`);
	});
}

type OfOutput = (
	output: tf.Tensor,
	targets: { labels: tf.Tensor },
) => tf.Scalar;

function assertLoss(
	loss: OfOutput,
	kind: keyof typeof fixture.crossEntropy,
	which: Case,
): void {
	const labels =
		kind === "of labels"
			? tf.tensor1d(fixture.labels, "int32")
			: tf.tensor2d(fixture.shares, [batch, classes.length]);
	const logits = tf.tensor2d(fixture.logits, [batch, classes.length]);
	const { value, grad } = tf.valueAndGrad((output) => loss(output, { labels }))(
		logits,
	);
	const expected = fixture.crossEntropy[kind][which];
	assertNear(value.dataSync(), [expected.loss]);
	assertNear(grad.dataSync(), expected.gradient);
}

describe("cross-entropy of a recipe, its value and gradient", () => {
	const { weights } = fixture;
	const settings: Record<Case, Omit<CrossEntropy, "name">> = {
		plain: {},
		smoothed: { labelSmoothing: 0.1 },
		weighted: { classWeights: weights },
		both: { labelSmoothing: 0.1, classWeights: weights },
	};
	for (const kind of ["of labels", "of shares"] as const)
		for (const which of Object.keys(settings) as Case[])
			test(`${which}, ${kind}`, () => {
				const loss = { name: "cross-entropy", ...settings[which] } as const;
				assertLoss(makeLoss(loss, classes), kind, which);
			});

	test("images that all weigh nothing give 0, no NaN", () => {
		const loss = makeLoss(
			{ name: "cross-entropy", classWeights: weights },
			classes,
		);
		const labels = tf.tensor1d([2, 2], "int32");
		const value = loss(tf.randomUniform([2, 4], 0, 1, "float32", 1), {
			labels,
		});
		assert.equal(value.dataSync()[0], 0);
	});

	test("an output that is no classification's is refused", () => {
		const loss = makeLoss({ name: "cross-entropy" }, classes);
		const labels = tf.zeros([2], "int32");
		assert.throws(
			() => loss(tf.zeros([2, 3, 3, 4]), { labels }),
			/needs an output \[batch, classes\] and `labels`/,
		);
		assert.throws(
			() => loss(tf.zeros([2, 4]), { labels: tf.zeros([2, 5]) }),
			/share of each class, \[batch, 4\], not \[2, 5\]/,
		);
	});
});

test("the loss of a classification takes labels, and shares of classes", () => {
	const { outputLoss } = classification(classes.length);
	for (const kind of ["of labels", "of shares"] as const)
		assertLoss(
			(output, targets) => outputLoss!(output, targets),
			kind,
			"plain",
		);
});

test("an exponential schedule of one's own is ExponentialLR, and its momentum is taken", () => {
	const { gamma, rates } = fixture.exponential;
	const exponential: Own<ScheduleRule, { gamma: number }> = {
		name: "exponential",
		options: { gamma },
		make: ({ gamma }) => ({
			rate: ({ step }, base) => base * gamma ** step,
			momentum: ({ step, steps }, momentum) => momentum * (1 - step / steps),
		}),
	};
	const course = { schedule: exponential, warmUp: null };
	rates.forEach((rate, step) => {
		const position = { step, steps: rates.length };
		const found = learningRateAt(position, 0.1, course);
		assert.ok(
			Math.abs(found - rate) <= 1e-12,
			`${step}: ${found}, not ${rate}`,
		);
		assert.equal(
			momentumAt(position, 0.9, exponential),
			0.9 * (1 - step / rates.length),
		);
	});
	const warm = { ...course, warmUp: { steps: 4, ratio: 0.5 } };
	const wanted = (rates[2] as number) * 0.75;
	const found = learningRateAt({ step: 2, steps: 12 }, 0.1, warm);
	assert.ok(Math.abs(found - wanted) <= 1e-12);
});

test("a schedule that gives no rate is named, with the step", () => {
	for (const [rate, shown] of [
		[Number.NaN, "NaN"],
		[-1, "-1"],
		[undefined, "undefined"],
	] as const) {
		const schedule: Own<ScheduleRule> = {
			name: "broken",
			make: () => ({ rate: () => rate as number }),
		};
		assert.throws(
			() =>
				learningRateAt({ step: 3, steps: 10 }, 0.1, { schedule, warmUp: null }),
			new RegExp(
				`the schedule broken gives the learning rate ${shown} at step 3 of 10`,
			),
		);
	}
});
