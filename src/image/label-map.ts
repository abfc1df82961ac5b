import type { Rectangle } from "./crop.js";

/** The class of each pixel, row by row: an index below 255, or `ignoredLabel`. */
export interface LabelMap {
	readonly data: Uint8Array;
	readonly height: number;
	readonly width: number;
}

/** The check of pixels that belong to no class: they count neither in training nor in scores. */
export const ignoredLabel = 255;

/** The size to resize to, and which part of the result is wanted; all of it by default. */
export interface ResizedPart {
	readonly height: number;
	readonly width: number;
	readonly part?: Rectangle;
}

/**
 * Makes a map of `data`, which is not copied, or one without classes.
 *
 * Throws a `RangeError` unless the sides are positive integers and `data` holds `height · width` bytes.
 */
export function createLabelMap(
	height: number,
	width: number,
	data: Uint8Array = new Uint8Array(Math.max(0, height * width) || 0).fill(
		ignoredLabel,
	),
): LabelMap {
	const sides = [height, width];
	if (!sides.every((side) => Number.isInteger(side) && side > 0)) {
		throw new RangeError(
			`a label map needs sides of at least one pixel, not ${height} x ${width} (height x width)`,
		);
	}
	if (data.length !== height * width) {
		throw new RangeError(
			`a label map of ${height} x ${width} pixels needs ${height * width} bytes, not ${data.length}`,
		);
	}
	return { data, height, width };
}

/** The source pixel of each of `count` pixels of a resized side from `start`. */
function nearest(
	[from, to]: readonly [number, number],
	start: number,
	count: number,
): Int32Array {
	const step = 1 / (to / from);
	return Int32Array.from({ length: count }, (_, i) =>
		Math.min(Math.floor((start + i) * step), from - 1),
	);
}

/**
 * Resizes a map, or computes a part of the resized map, by picking pixels; as `cv2.resize` with `INTER_NEAREST`.
 *
 * The part must lie within the resized map.
 */
export function resizeLabels(
	map: LabelMap,
	{ height, width, part = { top: 0, left: 0, height, width } }: ResizedPart,
): LabelMap {
	const columns = nearest([map.width, width], part.left, part.width);
	const rows = nearest([map.height, height], part.top, part.height);
	const resized = createLabelMap(part.height, part.width);
	const { data } = resized;
	rows.forEach((row, y) => {
		const to = y * part.width;
		if (row === rows[y - 1]) {
			data.copyWithin(to, to - part.width, to);
			return;
		}
		const from = row * map.width;
		for (let x = 0; x < columns.length; x++)
			data[to + x] = map.data[from + columns[x]!]!;
	});
	return resized;
}

/** The map seen in a mirror, left and right exchanged. */
export function mirroredLabels({ data, height, width }: LabelMap): LabelMap {
	const mirrored = data.slice();
	for (let y = 0; y < height; y++)
		mirrored.subarray(y * width, (y + 1) * width).reverse();
	return { data: mirrored, height, width };
}
