import assert from "node:assert/strict";
import { test } from "node:test";
import { createImage } from "../../../src/image/image.js";
import { drawDetections } from "../../../src/tasks/coco/draw-detections.js";
import { boxRle } from "../../../src/tasks/coco/rle/polygon.js";

const size = { height: 100, width: 120 };
const image = createImage(size.height, size.width);
const boxes = [
	[10, 30, 50, 80],
	[60, 20, 110, 90],
] as const;
const things = {
	boxes: Float32Array.from(boxes.flat()),
	labels: Int32Array.of(0, 1),
	masks: boxes.map(([left, top, right, bottom]) =>
		boxRle([left, top, right - left, bottom - top], size),
	),
	crowd: new Uint8Array(2),
};
const found = { ...things, scores: Float32Array.of(0.9, 0.4) };
const classes = ["Cat", "poké_ball"];

/** Whether anything was drawn in a pixel of the image as it was. */
const isDrawn = (
	{ data, width }: typeof image,
	[x, y]: readonly [number, number],
	factor: number,
) => {
	const at = ((y * width + x) * factor + Math.floor(factor / 2)) * 3;
	return data.subarray(at, at + 3).some((value) => value > 0);
};

test("detections from the threshold on are drawn", () => {
	const drawn = drawDetections(image, found, { classes });
	assert.deepEqual([drawn.height, drawn.width], [400, 480]);
	assert.ok(isDrawn(drawn, [30, 55], 4));
	assert.ok(!isDrawn(drawn, [85, 55], 4));
	const all = drawDetections(image, found, { classes, threshold: 0.4 - 1e-6 });
	assert.ok(isDrawn(all, [85, 55], 4));
	assert.ok(image.data.every((value) => value === 0));
});

test("what is drawn is named in notes, whatever letters the name has, the most certain last", () => {
	const { notes } = drawDetections(image, found, { classes, threshold: 0 });
	assert.deepEqual(
		notes.map(({ text, box }) => [text, ...box]),
		[
			["poké_ball 0.40", 240, 80, 440, 360],
			["Cat 0.90", 40, 120, 200, 320],
		],
	);
	assert.notDeepEqual(notes[0]?.color, notes[1]?.color);
	const given = drawDetections(image, things, { classes, enlarge: 1 });
	assert.deepEqual(
		given.notes.map(({ text }) => text),
		["Cat", "poké_ball"],
	);
});

test("what is to be found is drawn without scores, at any size", () => {
	const drawn = drawDetections(image, things, { classes, enlarge: 1 });
	assert.deepEqual([drawn.height, drawn.width], [100, 120]);
	assert.ok(isDrawn(drawn, [30, 55], 1) && isDrawn(drawn, [85, 55], 1));
	assert.ok(!isDrawn(drawn, [55, 95], 1));
	const boxOnly = drawDetections(image, things, {
		classes,
		opacity: 0,
		enlarge: 1,
	});
	assert.ok(!isDrawn(boxOnly, [30, 55], 1) && isDrawn(boxOnly, [10, 55], 1));
});

test("things without masks are drawn as boxes", () => {
	const without = { ...things, masks: [] };
	const drawn = drawDetections(image, without, { classes, enlarge: 1 });
	assert.ok(!isDrawn(drawn, [30, 55], 1) && isDrawn(drawn, [10, 55], 1));
});
