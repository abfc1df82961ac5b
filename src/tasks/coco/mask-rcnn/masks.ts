import type { Size } from "../../task.js";
import type { Rle } from "../rle/rle.js";
import { newTaps, regionAxes, type Sides } from "./region-taps.js";
import type { Convention, RegionSettings } from "./settings.js";

/** Bins on each side of a mask that the network draws. */
export const maskBins = 28;

type Axes = ReturnType<typeof newAxes>;
const newAxes = () => ({ rows: newTaps(), columns: newTaps() });

/** For each bin row, at each pixel row, the sum of the weights of those above: `[28, height + 1]`. */
function cumulate({ rows }: Axes, height: number): Float64Array {
	const stride = height + 1;
	const sums = new Float64Array(maskBins * stride);
	for (let bin = 0; bin < maskBins; bin++) {
		const start = bin * stride;
		for (let i = rows.from[bin]; i < rows.from[bin + 1]; i++)
			sums[start + rows.pixel[i] + 1] = rows.weight[i];
		for (let y = 1; y < stride; y++) sums[start + y] += sums[start + y - 1];
	}
	return sums;
}

/** How much of each bin row is inside the mask, in each column of pixels from `first` to `last`. */
function columnShares(
	{ counts, height }: Rle,
	[first, last]: readonly [number, number],
	{ sums, stride }: { readonly sums: Float64Array; readonly stride: number },
): Float64Array {
	const shares = new Float64Array((last - first + 1) * maskBins);
	const limit = (last + 1) * height;
	let done = 0;
	for (let i = 0; i + 1 < counts.length && done < limit; i += 2) {
		const outside = done + counts[i];
		done = outside + counts[i + 1];
		let start = Math.max(outside, first * height);
		const stop = Math.min(done, limit);
		while (start < stop) {
			const x = Math.floor(start / height);
			const end = Math.min(stop, (x + 1) * height);
			const top = start - x * height;
			const bottom = end - x * height;
			for (let bin = 0; bin < maskBins; bin++) {
				shares[(x - first) * maskBins + bin] +=
					sums[bin * stride + bottom] - sums[bin * stride + top];
			}
			start = end;
		}
	}
	return shares;
}

/**
 * The mask of an object as seen from a region: 28 by 28 numbers from 0 to 1, row by row.
 *
 * `padded` is the size to which the image is padded. The run lengths are averaged as they are: over the
 * rows of each column by sums of weights, then over the columns. Sources: `BitmapMasks.crop_and_resize` of
 * mmdetection, which calls RoIAlign and asks whether at least half is inside; `project_masks_on_boxes` of
 * torchvision, which does not.
 */
export function maskTarget(
	mask: Rle,
	box: Sides,
	{
		padded,
		settings,
	}: { readonly padded: Size; readonly settings: RegionSettings },
): Float32Array {
	const { align, paddedMasks, binaryMasks } = settings;
	const { height, width } = paddedMasks ? padded : mask;
	const axes = newAxes();
	const rule = { ...align, samples: 0, bins: maskBins };
	regionAxes(box, { stride: 1, height, width }, rule, axes);
	const { from, pixel, weight } = axes.columns;
	const target = new Float32Array(maskBins * maskBins);
	if (from[maskBins] === 0) return target;
	const first = pixel[0];
	const last = Math.min(pixel[from[maskBins] - 1], mask.width - 1);
	if (last < first) return target;
	const sums = cumulate(axes, height);
	const shares = columnShares(mask, [first, last], {
		sums,
		stride: height + 1,
	});
	for (let row = 0; row < maskBins; row++) {
		for (let column = 0; column < maskBins; column++) {
			let inside = 0;
			for (let i = from[column]; i < from[column + 1]; i++) {
				if (pixel[i] <= last)
					inside += weight[i] * shares[(pixel[i] - first) * maskBins + row];
			}
			target[row * maskBins + column] = binaryMasks
				? Number(inside >= 0.5)
				: inside;
		}
	}
	return target;
}

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
