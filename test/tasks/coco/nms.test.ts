import assert from "node:assert/strict";
import { test } from "node:test";
import { nms, rank } from "../../../src/tasks/coco/mask-rcnn/nms.js";
import { boxes, fixture, numbers } from "./boxes.js";

interface Suppressed {
	readonly step: number;
	readonly levels: boolean;
	readonly kept: Readonly<Record<string, readonly number[]>>;
}

const groups = Int32Array.from(numbers(8, 400), (u) => Math.floor(3 * u));

for (const { step, levels, kept } of fixture<{
	readonly suppressed: readonly Suppressed[];
}>("boxes").suppressed) {
	const given = boxes(6, 400, step);
	const scores = numbers(7, 400).map((u) =>
		step ? Math.floor(10 * u) / 10 : u,
	);

	for (const [threshold, expected] of Object.entries(kept)) {
		test(`torchvision keeps the same boxes: ${step ? "ties" : "no ties"}, ${levels ? "three levels" : "one level"}, threshold ${threshold}`, () => {
			const options = levels ? { groups } : {};
			const found = nms(given, scores, Number(threshold), options);
			assert.deepEqual(Array.from(found), expected);
			const few = nms(given, scores, Number(threshold), {
				...options,
				most: 20,
			});
			assert.deepEqual(Array.from(few), expected.slice(0, 20));
		});
	}
}

test("no boxes are none", () => {
	assert.equal(nms(new Float32Array(0), new Float32Array(0), 0.5).length, 0);
});

const sorted = (scores: Float32Array): number[] =>
	Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);

test("scores are ranked as a stable sort ranks them, of either sign and with ties", () => {
	const tied = numbers(1, 5000).map((u) => Math.round(200 * u - 100));
	const distinct = numbers(2, 5000).map((u) => 2 * u - 1);
	const extreme = Float32Array.of(0, -0, Infinity, 1e-45, -Infinity, -1e-45);
	for (const scores of [tied, distinct, extreme, new Float32Array(0)]) {
		for (const most of [1, 3, 700, 5000, undefined]) {
			const expected = sorted(scores).slice(0, most);
			assert.deepEqual(Array.from(rank(scores, most)), expected);
		}
	}
});
