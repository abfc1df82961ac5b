import type { BoxArray } from "../box-array.js";
import type { Box } from "../rle/rle.js";

const scales = Array.from({ length: 10 }, (_, decimals) => 10 ** decimals);

/**
 * How far it is from one edge to the other: of all numbers that lead there in double precision, one of as few
 * decimals as there are, up to nine.
 */
function extent(from: number, to: number): number {
	const difference = to - from;
	for (const scale of scales) {
		const short = Math.round(difference * scale) / scale;
		if (from + short === to) return short;
	}
	return difference;
}

/**
 * Left, top, width and height of a box of given corners.
 *
 * In single precision the differences of the corners, as mmdetection hands boxes to pycocotools; in double precision
 * the numbers that a file had, of which the corners were made.
 */
export function sidesOf(boxes: BoxArray, i: number): Box {
	const [left, top] = [boxes[4 * i]!, boxes[4 * i + 1]!];
	const [right, bottom] = [boxes[4 * i + 2]!, boxes[4 * i + 3]!];
	return boxes instanceof Float32Array
		? [left, top, right - left, bottom - top]
		: [left, top, extent(left, right), extent(top, bottom)];
}
