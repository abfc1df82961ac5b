import assert from "node:assert/strict";
import { test } from "node:test";
import {
	assignBoxes,
	background,
	neither,
	prependTargets,
} from "../../../src/tasks/coco/mask-rcnn/assign.js";
import { boxes, fixture } from "./boxes.js";

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
