import assert from "node:assert/strict";
import { test } from "node:test";
import {
	background,
	neither,
} from "../../../src/tasks/coco/mask-rcnn/assign.js";
import { sampleBoxes } from "../../../src/tasks/coco/mask-rcnn/sample.js";
import { fixture, numbers } from "./boxes.js";

interface SampledCase {
	readonly share: number;
	readonly count: number;
	readonly positive: readonly number[];
	readonly negative: readonly number[];
}

const assignedBoxes = (share: number): Int32Array =>
	Int32Array.from(numbers(9, 200), (u) => {
		if (u < share) return 3;
		return u < 0.9 ? background : neither;
	});

for (const { share, count, positive, negative } of fixture<{
	readonly sampled: readonly SampledCase[];
}>("boxes").sampled) {
	test(`${count} of 200 boxes, of which ${100 * share} % have an object, are drawn as in both libraries`, () => {
		const options = { count, positiveFraction: 0.25 };
		const draws = numbers(10, count);
		const found = sampleBoxes(assignedBoxes(share), draws, options);
		assert.deepEqual(Array.from(found.positive), positive);
		assert.deepEqual(Array.from(found.negative), negative);
	});
}

test("every box is as likely, and the highest float32 below 1 stays in range", () => {
	const options = { count: 1, positiveFraction: 0 };
	const assigned = new Int32Array(4).fill(background);
	const drawn = [0, 0.25, 0.5, 0.75, 1].map((u) =>
		Array.from(sampleBoxes(assigned, Float32Array.of(u), options).negative),
	);
	assert.deepEqual(drawn, [[0], [1], [2], [3], [3]]);
});

test("too few numbers are refused", () => {
	const options = { count: 2, positiveFraction: 0.5 };
	assert.throws(
		() => sampleBoxes(new Int32Array(9), Float32Array.of(0.5), options),
		/to choose 2 boxes takes 2 random numbers, not 1/,
	);
});
