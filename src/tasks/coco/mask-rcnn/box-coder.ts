import type { Boxes } from "./box.js";

/** How the difference of two boxes is written as four numbers. */
export interface BoxCoder {
	/** What the shifts in x and y and the logarithms of the growths in width and height are divided by. */
	readonly deviations: readonly [number, number, number, number];
	/** Below this, the logarithm of a growth is taken for this, when decoded. */
	readonly leastLogScale: number;
}

const { exp, log, max, min } = Math;

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
