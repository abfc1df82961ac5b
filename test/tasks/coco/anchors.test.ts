import assert from "node:assert/strict";
import { test } from "node:test";
import {
	excludedAnchors,
	makeAnchors,
} from "../../../src/tasks/coco/mask-rcnn/anchors.js";
import { rpnSettings } from "../../../src/tasks/coco/mask-rcnn/settings.js";
import type { Size } from "../../../src/tasks/task.js";
import { assertMatches, type Summary } from "../../nn/summary.js";
import { conventions, mapSizes, padded, reference } from "./rpn-reference.js";

function check(
	convention: (typeof conventions)[number],
	image: Size,
	expected: Summary,
): void {
	const settings = rpnSettings[convention].anchors;
	const { boxes } = makeAnchors(mapSizes(image), image, settings);
	const shape = [boxes.length / 4, 4];
	assertMatches(convention, { shape, values: boxes }, expected, { rtol: 1e-6 });
}

for (const convention of conventions) {
	test(`the anchors of ${convention}`, () => {
		check(convention, padded, reference[convention].anchors);
	});
}

test("the anchors of torchvision where the coarse maps do not divide the image", () => {
	check("torchvision", { height: 100, width: 150 }, reference.odd.anchors);
});

test("mmdetection leaves out the anchors beyond an image's own padding", () => {
	const settings = rpnSettings.mmdetection.anchors;
	const anchors = makeAnchors(mapSizes(padded), padded, settings);
	const excluded = excludedAnchors(
		anchors,
		{ height: 90, width: 97 },
		settings,
	);
	const first = anchors.levels.map(({ start }) => start);
	const left = first.map(
		(start, i) =>
			excluded?.subarray(start, first[i + 1]).filter((flag) => flag === 0)
				.length,
	);
	// Padded to 96 by 128 of 128 by 160.
	const places = [24 * 32, 12 * 16, 6 * 8, 3 * 4, 2 * 2];
	assert.deepEqual(
		left,
		places.map((count) => 3 * count),
	);
	assert.deepEqual(
		Array.from(excluded?.subarray(3 * 31, 3 * 33) ?? []),
		[0, 0, 0, 1, 1, 1],
	);
	const whole = { height: 97, width: 160 };
	assert.equal(excludedAnchors(anchors, whole, settings), undefined);
});

test("feature maps and sizes must be as many", () => {
	const settings = rpnSettings.mmdetection.anchors;
	assert.throws(
		() => makeAnchors([padded], padded, settings),
		/anchors of 5 sizes need as many feature maps, not 1/,
	);
});
