import assert from "node:assert/strict";
import { test } from "node:test";
import {
	areaNames,
	ignoredShift,
	matchDetections,
} from "../../../src/tasks/coco/score/match-detections.js";

const matched = (flags: Uint32Array, detection: number, bit = 0): boolean =>
	((flags[detection * areaNames.length]! >> bit) & 1) === 1;

test("of things overlapped alike, a detection takes the last that counts", () => {
	const { flags, counts } = matchDetections({
		overlaps: Float64Array.of(0.6, 0.6, 0.6, 0, 0.6, 0, 0.7, 0.7, 0),
		detectionAreas: [100, 100, 100],
		thingAreas: [100, 100, 100],
		crowd: [false, false, true],
	});
	// The first takes the second thing, so that the second has none left and the third the first one.
	assert.deepEqual(counts, [2, 2, 0, 0]);
	assert.ok(matched(flags, 0) && !matched(flags, 1) && matched(flags, 2));
	assert.ok(matched(flags, 0, 2) && !matched(flags, 0, 3));
	assert.ok(!matched(flags, 0, ignoredShift));
});

test("an overlap of the threshold itself is enough", () => {
	const { flags } = matchDetections({
		overlaps: Float64Array.of(0.5),
		detectionAreas: [50],
		thingAreas: [50],
		crowd: [false],
	});
	assert.ok(matched(flags, 0) && !matched(flags, 0, 1));
});
