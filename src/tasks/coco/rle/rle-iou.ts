import { type Checks, checkOptions } from "../../../check/check-options.js";
import { flag } from "../../../check/checks.js";
import { type Box, type Rle, rleArea, rleBox } from "./rle.js";
import { checkSameSize } from "./rle-merge.js";

/** A mask made ready to be compared with many others. */
export interface Comparable {
	readonly rle: Rle;
	readonly box: Box;
	readonly area: number;
	/** Where each run ends. */
	readonly ends: Float64Array;
}

/** Makes a mask ready to be compared. */
export function comparable(rle: Rle): Comparable {
	const ends = new Float64Array(rle.counts.length);
	let end = 0;
	for (let i = 0; i < ends.length; i++) {
		end += rle.counts[i]!;
		ends[i] = end;
	}
	return { rle, box: rleBox(rle), area: rleArea(rle), ends };
}

/** The overlap of two boxes divided by their union, or by the first one where the second is a crowd. */
export function boxOverlap(a: Box, b: Box, crowd: boolean): number {
	const width = Math.min(a[2] + a[0], b[2] + b[0]) - Math.max(a[0], b[0]);
	if (width <= 0) return 0;
	const height = Math.min(a[3] + a[1], b[3] + b[1]) - Math.max(a[1], b[1]);
	if (height <= 0) return 0;
	const both = width * height;
	const first = a[2] * a[3];
	return both / (crowd ? first : first + b[2] * b[3] - both);
}

/** The first run inside that ends after a position; runs inside have odd indices. */
function runAfter(ends: Float64Array, position: number): number {
	let low = 0;
	let high = ends.length >> 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (ends[2 * middle + 1]! > position) high = middle;
		else low = middle + 1;
	}
	return 2 * low + 1;
}

function commonPixels(
	{ ends: a }: Comparable,
	{ ends: b }: Comparable,
): number {
	let common = 0;
	let i = runAfter(a, b[0]!);
	let j = runAfter(b, a[0]!);
	while (i < a.length && j < b.length) {
		const [endA, endB] = [a[i]!, b[j]!];
		const start = Math.max(a[i - 1]!, b[j - 1]!);
		const end = Math.min(endA, endB);
		if (end > start) common += end - start;
		if (endA <= endB) i += 2;
		if (endB <= endA) j += 2;
	}
	return common;
}

/** `rleIou` of masks that were made ready. */
export function overlap(a: Comparable, b: Comparable, crowd: boolean): number {
	if (boxOverlap(a.box, b.box, crowd) <= 0) return 0;
	const common = commonPixels(a, b);
	if (common === 0) return 0;
	return common / (crowd ? a.area : a.area + b.area - common);
}

/** What the second of two masks is. */
export interface IouOptions {
	/** Whether it is of a crowd; false by default. */
	readonly crowd?: boolean;
}

const checks: Checks<IouOptions> = { crowd: flag };

/**
 * The pixels that two masks share, divided by those of either one; where the second is a `crowd`, by
 * those of the first.
 *
 * 0 to 1. Throws a `RangeError` where the masks are of images of different sizes.
 */
export function rleIou(a: Rle, b: Rle, options: IouOptions = {}): number {
	checkOptions("rleIou", options, checks);
	const { crowd = false } = options;
	checkSameSize(a, b);
	return overlap(comparable(a), comparable(b), crowd);
}
