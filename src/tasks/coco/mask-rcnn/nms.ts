import { type Boxes, boxIou } from "./box.js";
import { rank } from "./rank.js";

/** Which boxes hide which. */
export interface NmsOptions {
	/** A small whole number for each box, such as its class: only boxes with the same one compete. */
	readonly groups?: Int32Array;
	/** At most so many boxes are kept. */
	readonly most?: number;
}

/**
 * Non-maximum suppression: the indices of the boxes that no kept box of a higher score overlaps by more
 * than `threshold`, by falling score; of equal scores the first is first.
 *
 * Source: `torchvision.ops.nms`, and `batched_nms` in its exact form, without shifted boxes.
 */
export function nms(
	boxes: Boxes,
	scores: Float32Array,
	threshold: number,
	{ groups, most = scores.length }: NmsOptions = {},
): Int32Array {
	const kept: number[] = [];
	// Each kept box points to the one kept before it in its group.
	const previous = new Int32Array(scores.length);
	const last: number[] = [];
	for (const i of rank(scores)) {
		if (kept.length === most) break;
		const group = groups?.[i] ?? 0;
		let other = last[group] ?? -1;
		while (other >= 0 && !(boxIou(boxes, i, boxes, other) > threshold))
			other = previous[other];
		if (other >= 0) continue;
		previous[i] = last[group] ?? -1;
		last[group] = i;
		kept.push(i);
	}
	return Int32Array.from(kept);
}
