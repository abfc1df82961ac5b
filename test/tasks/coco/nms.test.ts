import assert from "node:assert/strict";
import { test } from "node:test";
import { nms } from "../../../src/tasks/coco/mask-rcnn/nms.js";
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
