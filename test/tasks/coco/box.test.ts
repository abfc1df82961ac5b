import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type BoxCoder,
	boxIou,
	clipBoxes,
	decodeBoxes,
	encodeBoxes,
} from "../../../src/tasks/coco/mask-rcnn/box.js";
import {
	type Convention,
	rpnSettings,
} from "../../../src/tasks/coco/mask-rcnn/settings.js";
import { assertNear, boxes, fixture, numbers } from "./boxes.js";

const reference = fixture<{
	readonly iou: readonly number[];
	readonly clipped: readonly number[];
}>("boxes");

test("intersection over union is torchvision's", () => {
	const [a, b] = [boxes(1, 12), boxes(2, 12)];
	const found = Float32Array.from({ length: 144 }, (_, i) =>
		boxIou(a, Math.floor(i / 12), b, i % 12),
	);
	assertNear(found, reference.iou);
});

test("boxes without area overlap nothing, themselves included", () => {
	const point = Float32Array.of(3, 3, 3, 3);
	assert.equal(boxIou(point, 0, point, 0), 0);
	assert.equal(boxIou(point, 0, Float32Array.of(0, 0, 9, 9), 0), 0);
});

test("boxes are clipped as torchvision clips them", () => {
	const clipped = boxes(1, 12);
	clipBoxes(clipped, { height: 40, width: 60 });
	assertNear(clipped, reference.clipped);
});

interface Coded {
	readonly deviations: BoxCoder["deviations"];
	readonly encoded: readonly number[];
	readonly decoded: Readonly<Record<Convention, readonly number[]>>;
}

const conventions = ["mmdetection", "torchvision"] as const;

for (const { deviations, encoded, decoded } of fixture<{
	readonly coded: readonly Coded[];
}>("boxes").coded) {
	const [start, end] = [boxes(1, 12), boxes(2, 12)];

	test(`deltas divided by ${deviations} are those of both libraries`, () => {
		const coder = { deviations, leastLogScale: 0 };
		assertNear(encodeBoxes(start, end, coder), encoded);
	});

	for (const convention of conventions) {
		test(`deltas times ${deviations} lead to ${convention}'s boxes`, () => {
			const deltas = numbers(3, 48).map((u) => 12 * u - 6);
			const { leastLogScale } = rpnSettings[convention].coder;
			const found = decodeBoxes(deltas, start, { deviations, leastLogScale });
			assertNear(found, decoded[convention]);
		});
	}
}
