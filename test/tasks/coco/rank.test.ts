import assert from "node:assert/strict";
import { test } from "node:test";
import { rank } from "../../../src/tasks/coco/mask-rcnn/rank.js";
import { numbers } from "./boxes.js";

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
