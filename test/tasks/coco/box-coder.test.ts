import { test } from "node:test";
import {
	type BoxCoder,
	decodeBoxes,
	encodeBoxes,
} from "../../../src/tasks/coco/mask-rcnn/box-coder.js";
import type { Convention } from "../../../src/tasks/coco/mask-rcnn/convention.js";
import { rpnSettings } from "../../../src/tasks/coco/mask-rcnn/rpn-settings.js";
import { assertNear, boxes, fixture, numbers } from "./boxes.js";

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
