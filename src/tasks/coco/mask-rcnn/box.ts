import type { Size } from "../../task.js";

/**
 * Boxes, one after the other: left, top, right and bottom of each, in pixels.
 *
 * The area of a box is `(right - left) (bottom - top)`: the older habit of adding 1 is in neither
 * mmdetection 2 nor torchvision.
 */
export type Boxes = Float32Array;

const { fround, max, min } = Math;

/** The area of a box, in steps of float32. */
export function boxArea(boxes: Boxes, index: number): number {
	const at = 4 * index;
	const width = fround(boxes[at + 2] - boxes[at]);
	const height = fround(boxes[at + 3] - boxes[at + 1]);
	return fround(width * height);
}

/** The area that two boxes share, in steps of float32; 0 where they do not overlap. */
export function sharedArea(a: Boxes, i: number, b: Boxes, j: number): number {
	const p = 4 * i;
	const q = 4 * j;
	const width = fround(min(a[p + 2], b[q + 2]) - max(a[p], b[q]));
	if (!(width > 0)) return 0;
	const height = fround(min(a[p + 3], b[q + 3]) - max(a[p + 1], b[q + 1]));
	return height > 0 ? fround(width * height) : 0;
}

/**
 * Intersection over union of box `i` of `a` and box `j` of `b`, 0 where they do not overlap.
 *
 * It is rounded at each step as PyTorch rounds, since ties decide which boxes are matched. Two boxes
 * without area have 0, where torchvision has NaN.
 *
 * Source: `torchvision.ops.box_iou`, `bbox_overlaps` of mmdetection.
 */
export function boxIou(a: Boxes, i: number, b: Boxes, j: number): number {
	const shared = sharedArea(a, i, b, j);
	if (shared === 0) return 0;
	const both = fround(boxArea(a, i) + boxArea(b, j));
	return fround(shared / fround(both - shared));
}

/** Moves the edges of boxes into an image, in place. */
export function clipBoxes(boxes: Boxes, { height, width }: Size): void {
	for (let at = 0; at < boxes.length; at++) {
		const most = at % 2 === 0 ? width : height;
		boxes[at] = min(max(boxes[at], 0), most);
	}
}

/** Whether both sides of a box are at least so long. */
export function isLarge(
	boxes: Boxes,
	index: number,
	leastSide: number,
): boolean {
	const at = 4 * index;
	const width = boxes[at + 2] - boxes[at];
	const height = boxes[at + 3] - boxes[at + 1];
	return width >= leastSide && height >= leastSide;
}

/** The fours of numbers, such as boxes or deltas, at the indices. */
export function takeFours(
	values: Float32Array,
	indices: ArrayLike<number>,
): Float32Array {
	const taken = new Float32Array(4 * indices.length);
	for (let i = 0; i < indices.length; i++) {
		const at = 4 * indices[i];
		taken.set(values.subarray(at, at + 4), 4 * i);
	}
	return taken;
}
