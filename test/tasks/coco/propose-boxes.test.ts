import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAnchors } from "../../../src/tasks/coco/mask-rcnn/anchors.js";
import { proposeBoxes } from "../../../src/tasks/coco/mask-rcnn/propose-boxes.js";
import { rpnSettings } from "../../../src/tasks/coco/mask-rcnn/rpn-settings.js";
import { formulaValues } from "../../nn/formula.js";
import { assertMatches } from "../../nn/summary.js";
import {
	conventions,
	mapSizes,
	padded,
	reference,
	sizes,
} from "./rpn-reference.js";

for (const convention of conventions) {
	const settings = rpnSettings[convention];
	const anchors = makeAnchors(mapSizes(padded), padded, settings.anchors);
	const count = anchors.boxes.length / 4;
	const logits = formulaValues("logits", 3 * count);
	const deltas = formulaValues("moves", 3 * count * 4).map((d) => d / 16);

	for (const mode of ["training", "testing"] as const) {
		test(`the proposals of ${convention} in ${mode}`, () => {
			reference[convention].proposals[mode].forEach((expected, image) => {
				const output = {
					logits: logits.subarray(image * count, (image + 1) * count),
					deltas: deltas.subarray(4 * image * count, 4 * (image + 1) * count),
				};
				const found = proposeBoxes(output, sizes[image], {
					anchors,
					settings,
					mode,
				});
				const shape = [found.scores.length];
				const label = `image ${image}`;
				assertMatches(
					label,
					{ shape: [...shape, 4], values: found.boxes },
					expected.boxes,
				);
				assertMatches(label, { shape, values: found.scores }, expected.scores);
			});
		});
	}
}

test("logits whose sigmoid is 1 in float32 are tied for mmdetection and not for torchvision", () => {
	const anchors = {
		boxes: Float32Array.of(0, 0, 8, 8, 20, 20, 28, 28),
		levels: [{ start: 0, end: 2, height: 1, width: 2, strideY: 8, strideX: 8 }],
	};
	const output = {
		logits: Float32Array.of(18, 30),
		deltas: new Float32Array(8),
	};
	const firstLeft = (convention: (typeof conventions)[number]) => {
		const given = rpnSettings[convention];
		const perLevel = { training: 1, testing: 1 };
		const settings = {
			...given,
			proposals: { ...given.proposals, perLevel },
		};
		const options = { anchors, settings, mode: "testing" } as const;
		return proposeBoxes(output, padded, options).boxes[0];
	};
	assert.equal(firstLeft("mmdetection"), 0);
	assert.equal(firstLeft("torchvision"), 20);
});
