import type { Size } from "../../task.js";

/**
 * Boxes, one after the other: left, top, right and bottom of each, in pixels.
 *
 * The area of a box is `(right - left) (bottom - top)`: the older habit of adding 1 is in neither
 * mmdetection 2 nor torchvision.
 */
export type Boxes = Float32Array;

const { exp, fround, log, max, min } = Math;

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

/** How the difference of two boxes is written as four numbers. */
export interface BoxCoder {
	/** What the shifts in x and y and the logarithms of the growths in width and height are divided by. */
	readonly deviations: readonly [number, number, number, number];
	/** Below this, the logarithm of a growth is taken for this, when decoded. */
	readonly leastLogScale: number;
}

/** Above this, the logarithm of a growth is taken for this, when decoded: as large as an image. */
export const mostLogScale = log(1000 / 16);

/**
 * The deltas that lead from each box to its target.
 *
 * Boxes and targets are in pairs. Each delta is the shift of the center by the size of the box, and the
 * logarithm of the growth of its sides: `[(x' - x) / w, (y' - y) / h, log(w' / w), log(h' / h)]`.
 *
 * Source: `DeltaXYWHBBoxCoder` of mmdetection, `BoxCoder` of torchvision, whose weights are `1 / deviations`.
 */
export function encodeBoxes(
	boxes: Boxes,
	targets: Boxes,
	{ deviations: [dx, dy, dw, dh] }: BoxCoder,
): Float32Array {
	const deltas = new Float32Array(boxes.length);
	for (let at = 0; at < boxes.length; at += 4) {
		const [x, y, width, height] = centered(boxes, at);
		const [tx, ty, targetWidth, targetHeight] = centered(targets, at);
		deltas[at] = (tx - x) / width / dx;
		deltas[at + 1] = (ty - y) / height / dy;
		deltas[at + 2] = log(targetWidth / width) / dw;
		deltas[at + 3] = log(targetHeight / height) / dh;
	}
	return deltas;
}

/** The boxes to which deltas lead: the inverse of `encodeBoxes`, up to the limits of the coder. */
export function decodeBoxes(
	deltas: Float32Array,
	boxes: Boxes,
	{ deviations: [dx, dy, dw, dh], leastLogScale }: BoxCoder,
): Boxes {
	const decoded = new Float32Array(boxes.length);
	const grown = (delta: number) =>
		exp(min(max(delta, leastLogScale), mostLogScale)) / 2;
	for (let at = 0; at < boxes.length; at += 4) {
		const [x, y, width, height] = centered(boxes, at);
		const centerX = x + deltas[at] * dx * width;
		const centerY = y + deltas[at + 1] * dy * height;
		const halfWidth = grown(deltas[at + 2] * dw) * width;
		const halfHeight = grown(deltas[at + 3] * dh) * height;
		decoded[at] = centerX - halfWidth;
		decoded[at + 1] = centerY - halfHeight;
		decoded[at + 2] = centerX + halfWidth;
		decoded[at + 3] = centerY + halfHeight;
	}
	return decoded;
}

function centered(
	boxes: Boxes,
	at: number,
): [x: number, y: number, width: number, height: number] {
	const left = boxes[at];
	const top = boxes[at + 1];
	const width = boxes[at + 2] - left;
	const height = boxes[at + 3] - top;
	return [left + width / 2, top + height / 2, width, height];
}

/** The part of a batch of numbers that belongs to one image; not a copy. */
export function rowOf<Values extends Float32Array | Int32Array>(
	values: Values,
	image: number,
	batch: number,
): Values {
	const length = values.length / batch;
	return values.subarray(image * length, (image + 1) * length) as Values;
}

/** The size of one image of a batch, of whose heights and widths `[batch, 2]` are given. */
export function imageSize(sizes: Float32Array, image: number): Size {
	const [height, width] = sizes.subarray(2 * image);
	return { height, width };
}
