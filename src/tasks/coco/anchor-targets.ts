import { assignBoxes } from "./assign.js";
import type { Boxes } from "./box.js";
import { encodeBoxes } from "./box-coder.js";
import type { RpnSettings } from "./rpn-settings.js";
import { sampleBoxes } from "./sample.js";

/** What the anchors of one image should have said. */
export interface AnchorTargets {
	/** Of each anchor 1 where it is to find an object, -1 where it is to find none, 0 where it may do either. */
	readonly labels: Float32Array;
	/** Four for each anchor, to be learned where the label is 1, and 0 elsewhere. */
	readonly deltas: Float32Array;
	/** How many examples there are, as losses are divided by it. */
	readonly count: number;
}

const box = (boxes: Boxes, index: number): Boxes =>
	boxes.subarray(4 * index, 4 * index + 4);

/**
 * Assigns anchors to objects and draws those that are learned from.
 *
 * `draws` are at least as many numbers uniform in [0, 1) as there are samples; `excluded` marks anchors that
 * are left out.
 *
 * Source: `_get_targets_single` of mmdetection's `AnchorHead`, `assign_targets_to_anchors` of torchvision.
 */
export function anchorTargets(
	anchors: Boxes,
	objects: Boxes,
	{
		settings: { assign, sample, coder, leastCount },
		draws,
		excluded,
	}: {
		readonly settings: RpnSettings;
		readonly draws: Float32Array;
		readonly excluded?: Uint8Array;
	},
): AnchorTargets {
	const assigned = assignBoxes(anchors, objects, { ...assign, excluded });
	const { positive, negative } = sampleBoxes(assigned, draws, sample);
	const labels = new Float32Array(assigned.length);
	const deltas = new Float32Array(anchors.length);
	for (const i of negative) labels[i] = -1;
	for (const i of positive) {
		labels[i] = 1;
		const object = box(objects, assigned[i] as number);
		deltas.set(encodeBoxes(box(anchors, i), object, coder), 4 * i);
	}
	const count =
		Math.max(positive.length, leastCount) +
		Math.max(negative.length, leastCount);
	return { labels, deltas, count };
}
