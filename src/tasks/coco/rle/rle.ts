import type { Size } from "../../task.js";

/**
 * A mask as run lengths, as COCO has it: pixels column by column, from the top left; the first run is
 * outside, and may be empty.
 */
export interface Rle extends Size {
	readonly counts: Uint32Array;
}

/** Left, top, width and height, in pixels. */
export type Box = readonly [
	left: number,
	top: number,
	width: number,
	height: number,
];

/** Makes a mask of runs; throws a `RangeError` unless they cover `height · width` pixels. */
export function createRle(
	{ height, width }: Size,
	counts: ArrayLike<number>,
): Rle {
	let sum = 0;
	for (let i = 0; i < counts.length; i++) {
		const count = counts[i]!;
		if (!(Number.isInteger(count) && count >= 0))
			throw new RangeError(
				`run ${i} of a mask must be a whole number of pixels, not ${count}`,
			);
		sum += count;
	}
	if (sum !== height * width)
		throw new RangeError(
			`the runs of a mask of ${height} x ${width} pixels (height x width) must cover ${height * width}, not ${sum}`,
		);
	return { height, width, counts: Uint32Array.from(counts) };
}

/** A mask without a pixel. */
export const emptyRle = ({ height, width }: Size): Rle => ({
	height,
	width,
	counts: Uint32Array.of(height * width),
});

/**
 * The runs of a mask of `height · width` values, row by row, of which those other than zero are inside.
 *
 * Throws a `RangeError` where the length is another.
 */
export function encodeRle(
	mask: ArrayLike<number>,
	{ height, width }: Size,
): Rle {
	if (mask.length !== height * width)
		throw new RangeError(
			`a mask of ${height} x ${width} pixels (height x width) has ${height * width} values, not ${mask.length}`,
		);
	const counts: number[] = [];
	let inside = false;
	let count = 0;
	for (let x = 0; x < width; x++) {
		for (let at = x; at < mask.length; at += width) {
			if ((mask[at] !== 0) !== inside) {
				counts.push(count);
				count = 0;
				inside = !inside;
			}
			count++;
		}
	}
	counts.push(count);
	return { height, width, counts: Uint32Array.from(counts) };
}

/** The mask as `height · width` values, row by row: 1 inside, 0 outside. */
export function decodeRle({ height, width, counts }: Rle): Uint8Array {
	const mask = new Uint8Array(height * width);
	let y = 0;
	let x = 0;
	counts.forEach((count, i) => {
		if (i % 2 === 0) {
			y += count;
			x += Math.floor(y / height);
			y %= height;
			return;
		}
		for (let rest = count; rest > 0; rest--) {
			mask[y * width + x] = 1;
			if (++y === height) {
				y = 0;
				x++;
			}
		}
	});
	return mask;
}

/** How many pixels are inside. */
export function rleArea({ counts }: Rle): number {
	let area = 0;
	for (let i = 1; i < counts.length; i += 2) area += counts[i]!;
	return area;
}

/** The smallest box around the pixels inside; all zeros where there is none. */
export function rleBox({ height, width, counts }: Rle): Box {
	let [left, top, right, bottom] = [width, height, -1, -1];
	let at = 0;
	for (let i = 0; i + 1 < counts.length; i += 2) {
		const start = at + counts[i]!;
		at = start + counts[i + 1]!;
		if (at === start) continue;
		const first = Math.floor(start / height);
		const last = Math.floor((at - 1) / height);
		left = Math.min(left, first);
		right = Math.max(right, last);
		// A run that goes on in the next column touches the lower edge and the upper one.
		top = Math.min(top, first < last ? 0 : start % height);
		bottom = Math.max(bottom, first < last ? height - 1 : (at - 1) % height);
	}
	if (right < 0) return [0, 0, 0, 0];
	return [left, top, right - left + 1, bottom - top + 1];
}
