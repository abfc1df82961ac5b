import { assignBoxes } from "./assign.js";
import { type Boxes, takeFours } from "./box.js";
import { encodeBoxes } from "./box-coder.js";
import type { RpnSettings } from "./rpn-settings.js";
import { sampleBoxes } from "./sample.js";

/** The anchors of one image that are learned from, and what they should have said. */
export interface AnchorTargets {
	/** First those that are to find an object, then those that are to find none, then 0 to fill up. */
	readonly indices: Int32Array;
	/** 1 where there is an object, -1 where there is none, 0 where the anchor is there to fill up. */
	readonly labels: Float32Array;
	/** Four for each anchor, 0 where the label is not 1. */
	readonly deltas: Float32Array;
	/** How many examples there are, as losses are divided by it. */
	readonly count: number;
}

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
	const indices = new Int32Array(sample.count);
	const labels = new Float32Array(sample.count);
	const deltas = new Float32Array(4 * sample.count);
	indices.set(positive);
	indices.set(negative, positive.length);
	labels.fill(1, 0, positive.length);
	labels.fill(-1, positive.length, positive.length + negative.length);
	const owners = positive.map((anchor) => assigned[anchor]);
	const [from, to] = [takeFours(anchors, positive), takeFours(objects, owners)];
	deltas.set(encodeBoxes(from, to, coder));
	const count =
		Math.max(positive.length, leastCount) +
		Math.max(negative.length, leastCount);
	return { indices, labels, deltas, count };
}
