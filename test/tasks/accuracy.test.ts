import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy, meanPerClass } from "../../src/tasks/accuracy.js";
import { classification } from "../../src/tasks/classification.js";
import { fixture } from "./image-folder/fixture.js";

const near = (found: number | undefined, expected: number): void =>
	assert.ok(Math.abs((found ?? Number.NaN) - expected) < 1e-9, `${found}`);

test("accuracy, its mean over classes, and that of each are those of Salman et al.", () => {
	for (const score of fixture.scores) {
		const { classes, labels, predictions, each } = score;
		const metrics = [accuracy(classes), meanPerClass(classes)] as const;
		labels.forEach((label, i) => {
			for (const metric of metrics) metric.add(predictions[i]!, label);
		});
		const [whole, mean] = metrics;
		near(whole.value(), score.accuracy);
		near(whole.details()["mean per class"], score.meanPerClass);
		near(mean.value(), score.meanPerClass);
		near(mean.details().accuracy, score.accuracy);
		for (const metric of metrics) {
			const { accuracy: _, "mean per class": __, ...rest } = metric.details();
			assert.deepEqual(
				Object.keys(rest),
				Object.keys(each).map((name) => `accuracy: ${name}`),
			);
			for (const [name, value] of Object.entries(each))
				near(rest[`accuracy: ${name}`], value);
		}
	}
});

test("classes of one name are told apart, unnamed ones only counted", () => {
	const cranes = accuracy(["crane", "crane"]);
	const unnamed = classification(2).metric();
	for (const metric of [cranes, unnamed]) {
		metric.add(0, 0);
		metric.add(0, 1);
		metric.add(0, 0);
	}
	assert.deepEqual(cranes.details(), {
		"mean per class": 50,
		"accuracy: crane": 100,
		"accuracy: crane (2)": 0,
	});
	assert.deepEqual(unnamed.details?.(), { "mean per class": 50 });
});

test("single predictions are right or wrong only where they all count alike", () => {
	const { metric, metricName } = classification(["a", "b"], "mean per class");
	assert.equal(metricName, "mean per class");
	assert.equal(metric().hit, undefined);
	assert.throws(() => metric().value(), /no predictions/);
	assert.equal(classification(["a", "b"]).metric().hit?.(1, 1), true);
});
