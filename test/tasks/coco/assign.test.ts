import assert from "node:assert/strict";
import { test } from "node:test";
import {
	assignBoxes,
	background,
	neither,
	prependTargets,
	sampleBoxes,
} from "../../../src/tasks/coco/mask-rcnn/assign.js";
import { boxes, fixture, numbers } from "./boxes.js";

interface Assigned {
	readonly step: number;
	readonly count: number;
	readonly objects: number;
	readonly own: readonly number[];
	readonly best: readonly number[];
	readonly none: readonly number[];
}

const thresholds = { positive: 0.5, negative: 0.3 };
const lowQuality = {
	own: { least: 0.3, claims: "own" },
	best: { least: 0, claims: "best" },
	none: undefined,
} as const;

for (const { step, count, objects, ...expected } of fixture<{
	readonly assigned: readonly Assigned[];
}>("boxes").assigned) {
	for (const claims of ["own", "best", "none"] as const) {
		test(`${count} boxes on a grid of ${step} and ${objects} objects, low quality: ${claims}`, () => {
			const found = assignBoxes(
				boxes(4, count, step),
				boxes(5, objects, step),
				{ ...thresholds, lowQuality: lowQuality[claims] },
			);
			assert.deepEqual(Array.from(found), expected[claims]);
		});
	}
}

test("without objects all is background", () => {
	const found = assignBoxes(boxes(4, 5), new Float32Array(0), thresholds);
	assert.deepEqual(Array.from(found), Array(5).fill(background));
});

test("an excluded box is neither, and leaves its object to the next best", () => {
	const object = Float32Array.of(0, 0, 10, 10);
	const two = Float32Array.of(0, 0, 10, 9, 0, 0, 10, 4);
	const options = {
		...thresholds,
		lowQuality: { least: 0.3, claims: "own" },
	} as const;
	const all = assignBoxes(two, object, options);
	assert.deepEqual(Array.from(all), [0, neither]);
	const excluded = Uint8Array.of(1, 0);
	const left = assignBoxes(two, object, { ...options, excluded });
	assert.deepEqual(Array.from(left), [neither, 0]);
});

test("targets can stand before the boxes, each assigned to itself", () => {
	const targets = boxes(5, 2);
	const assigned = Int32Array.of(background, 1, neither);
	const joined = prependTargets(boxes(4, 3), assigned, targets);
	assert.deepEqual(joined.boxes, Float32Array.of(...targets, ...boxes(4, 3)));
	assert.deepEqual(Array.from(joined.assigned), [0, 1, background, 1, neither]);
});

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
