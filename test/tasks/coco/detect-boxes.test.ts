import assert from "node:assert/strict";
import { test } from "node:test";
import { detectBoxes } from "../../../src/tasks/coco/mask-rcnn/detect-boxes.js";
import { regionSettings } from "../../../src/tasks/coco/mask-rcnn/settings.js";

const image = { height: 100, width: 80 };
const still = (regions: number, classes: number) =>
	new Float32Array(4 * regions * classes);

const mmdetection = regionSettings.mmdetection;

test("a region may be of several classes, and boxes compete within their class", () => {
	const boxes = Float32Array.of(10, 10, 50, 50, 12, 10, 52, 50);
	// Two regions, two classes, and the background.
	const scores = Float32Array.of(0.5, 0.3, 0.2, 0.6, 0.2, 0.2);
	const deltas = still(2, 2);
	const found = detectBoxes({ boxes, scores, deltas }, image, mmdetection);
	assert.deepEqual([...found.labels], [0, 1]);
	assert.deepEqual([...found.scores], [...Float32Array.of(0.6, 0.3)]);
	assert.deepEqual([...found.boxes], [12, 10, 52, 50, 10, 10, 50, 50]);
});

test("each class moves a box by its own deltas, into the image", () => {
	const boxes = Float32Array.of(10, 10, 50, 50);
	const scores = Float32Array.of(0.5, 0.4, 0.1);
	// By shares of the size, of which the deviations are a tenth and a fifth.
	const deltas = Float32Array.of(5, 0, 0, 0, 0, 5, 0, 5 * Math.log(2));
	const found = detectBoxes({ boxes, scores, deltas }, image, mmdetection);
	assert.deepEqual([...found.boxes], [30, 10, 70, 50, 10, 10, 50, 90]);
});

test("scores must be above the threshold, of which no more than the most are kept", () => {
	const regions = 5;
	const boxes = Float32Array.from({ length: 4 * regions }, (_, i) => {
		const left = 15 * Math.floor(i / 4);
		return i % 2 === 0 ? left + 5 * (i % 4) : 5 * (i % 4);
	});
	const scores = Float32Array.from(
		[0.05, 0.06, 0.9, 0.3, 0.7].flatMap((x) => [x, 1 - x]),
	);
	const deltas = still(regions, 1);
	const given = { boxes, scores, deltas };
	const all = detectBoxes(given, image, mmdetection);
	assert.equal(all.labels.length, 4);
	const detect = { ...mmdetection.detect, most: 2 };
	const two = detectBoxes(given, image, { ...mmdetection, detect });
	assert.deepEqual([...two.scores], [...Float32Array.of(0.9, 0.7)]);
});

test("torchvision drops boxes without extent, mmdetection keeps them", () => {
	const boxes = Float32Array.of(10, 10, 10, 50, 90, 10, 95, 50);
	const scores = Float32Array.of(0.9, 0.1, 0.8, 0.2);
	const given = { boxes, scores, deltas: still(2, 1) };
	const count = (convention: "mmdetection" | "torchvision") =>
		detectBoxes(given, image, regionSettings[convention]).labels.length;
	assert.equal(count("mmdetection"), 2);
	assert.equal(count("torchvision"), 0);
});

test("an image without regions has no objects", () => {
	const none = new Float32Array(0);
	const given = { boxes: none, scores: none, deltas: none };
	const found = detectBoxes(given, image, mmdetection);
	assert.equal(found.boxes.length, 0);
});
