import type { Size } from "../../task.js";
import type { Rle } from "../rle/rle.js";
import type { Convention } from "./convention.js";
import { maskBins } from "./mask-target.js";
import type { Sides } from "./region-taps.js";

/** A mask that the network has drawn, 28 by 28 numbers from 0 to 1 row by row, and the box it is of. */
export interface DrawnMask {
	readonly values: Float32Array;
	readonly box: Sides;
}

// With a border of zeros.
const bordered = maskBins + 2;
const scale = Math.fround(bordered / maskBins);
const half = 0.5;

/** Where the pixels of an axis, from `first` on, lie in a mask with a border. */
interface Places {
	readonly first: number;
	readonly at: Float32Array;
}

/** The box reaches from edge to edge of the mask; pixels around it are between the mask and the border. */
function exactPlaces(
	[low, high]: readonly [number, number],
	size: number,
): Places {
	const first = Math.max(Math.floor(low) - 1, 0);
	const end = Math.min(Math.ceil(high) + 1, size);
	const at = new Float32Array(Math.max(0, end - first));
	for (let i = 0; i < at.length; i++) {
		// Where the box has no extent, mmdetection samples the middle.
		const share = high > low ? (first + i + half - low) / (high - low) : half;
		at[i] = share * maskBins + half;
	}
	return { first, at };
}

/** The box, made larger for the border, is rounded to pixels, and the mask resized to it. */
function wholePlaces(
	[low, high]: readonly [number, number],
	size: number,
): Places {
	const center = Math.fround(low + high) / 2;
	const reach = Math.fround((Math.fround(high - low) / 2) * scale);
	const start = Math.trunc(Math.fround(center - reach));
	const extent = Math.max(
		Math.trunc(Math.fround(center + reach)) - start + 1,
		1,
	);
	const first = Math.max(start, 0);
	const end = Math.min(start + extent, size);
	const at = new Float32Array(Math.max(0, end - first));
	for (let i = 0; i < at.length; i++)
		at[i] = ((first - start + i + half) * bordered) / extent - half;
	return { first, at };
}

/** The value of a column of the mask with its border at each height, between two columns. */
function columnAt(
	values: Float32Array,
	at: number,
	column: Float32Array,
): void {
	const place = Math.min(Math.max(at, 0), bordered - 1);
	const left = Math.floor(place);
	const share = place - left;
	const value = (x: number, y: number) =>
		x < 1 || x > maskBins ? 0 : values[(y - 1) * maskBins + x - 1];
	for (let y = 1; y <= maskBins; y++)
		column[y] = value(left, y) * (1 - share) + value(left + 1, y) * share;
}

/**
 * The pixels of an image in which a drawn mask is at least one half, each between four of its values.
 *
 * mmdetection scales the mask to the box as it is; torchvision rounds the box to pixels. Sources:
 * `_do_paste_mask` of mmdetection, `paste_masks_in_image` of torchvision.
 */
export function pasteMask(
	{ values, box: [left, top, right, bottom] }: DrawnMask,
	{ height, width }: Size,
	convention: Convention,
): Rle {
	const places = convention === "mmdetection" ? exactPlaces : wholePlaces;
	const columns = places([left, right], width);
	const rows = places([top, bottom], height);
	const column = new Float32Array(bordered + 1);
	const counts: number[] = [];
	// The last pixel of the run before, in the order of run lengths.
	let done = 0;
	let inside = false;
	const turn = (at: number) => {
		counts.push(at - done);
		done = at;
		inside = !inside;
	};
	columns.at.forEach((x, i) => {
		columnAt(values, x, column);
		const start = (columns.first + i) * height + rows.first;
		rows.at.forEach((given, j) => {
			const y = Math.min(Math.max(given, 0), bordered - 1);
			const above = Math.floor(y);
			const share = y - above;
			const value = column[above] * (1 - share) + column[above + 1] * share;
			if (value >= half !== inside) turn(start + j);
		});
		const end = start + rows.at.length;
		const isLast = i + 1 === columns.at.length;
		if (inside && (rows.at.length < height || isLast)) turn(end);
	});
	const rest = height * width - done;
	if (rest > 0 || counts.length === 0) counts.push(rest);
	return { height, width, counts: Uint32Array.from(counts) };
}
