import type { Size } from "../../task.js";

/** Where the samples of one axis of a region lie, in pixels of a feature map. */
export interface Axis {
	/** The first edge and the length of the region; neither is rounded to pixels. */
	readonly start: number;
	readonly length: number;
	/** Bins of the output. */
	readonly bins: number;
	/** Samples in each bin; 0 is one for each pixel or part of a pixel in it. */
	readonly samples: number;
	/** Pixels of the feature map. */
	readonly size: number;
}

/** Pixels and their weights: those of bin `i` are from `from[i]` to below `from[i + 1]`. */
export interface AxisTaps {
	from: Int32Array;
	pixel: Int32Array;
	weight: Float64Array;
}

/** Space for the taps of an axis, which `axisTaps` enlarges as needed. */
export const newTaps = (): AxisTaps => ({
	from: new Int32Array(0),
	pixel: new Int32Array(0),
	weight: new Float64Array(0),
});

function reserveAxis(taps: AxisTaps, bins: number, count: number): void {
	if (taps.from.length < bins + 1) taps.from = new Int32Array(bins + 1);
	if (taps.pixel.length >= count) return;
	taps.pixel = new Int32Array(2 * count);
	taps.weight = new Float64Array(2 * count);
}

/**
 * Writes the pixels over which each bin of an axis averages: its samples, each between two pixels.
 *
 * Samples more than a pixel outside of the map count as zero, others outside as the pixel at the edge.
 * Source: `roi_align` of torchvision and mmcv, whose weights are products of those of the two axes.
 */
export function axisTaps(
	{ start, length, bins, samples, size }: Axis,
	taps: AxisTaps,
): void {
	const bin = Math.fround(length / bins);
	const count = samples > 0 ? samples : Math.max(0, Math.ceil(bin));
	reserveAxis(taps, bins, 2 * bins * count);
	const { from, pixel, weight } = taps;
	let end = 0;
	for (let i = 0; i < bins; i++) {
		const first = end;
		from[i] = first;
		const edge = Math.fround(start + Math.fround(i * bin));
		const add = (at: number, share: number) => {
			// The samples of a bin are in order: only its last two pixels can come again.
			let place = end;
			for (let k = 1; k <= 2 && end - k >= first; k++)
				if (pixel[end - k] === at) place = end - k;
			if (place === end) {
				pixel[end] = at;
				weight[end++] = share;
			} else weight[place] += share;
		};
		for (let sample = 0; sample < count; sample++) {
			const offset = Math.fround(Math.fround((sample + 0.5) * bin) / count);
			const at = Math.fround(edge + offset);
			if (at < -1 || at > size) continue;
			const inside = Math.min(Math.max(at, 0), size - 1);
			const low = Math.floor(inside);
			const share = inside - low;
			add(low, (1 - share) / count);
			if (share > 0) add(low + 1, share / count);
		}
	}
	from[bins] = end;
}

/** How RoIAlign samples a feature map. */
export interface AlignRule {
	/** Bins on each side of the output. */
	readonly bins: number;
	/** Samples on each side of a bin; 0 is one for each pixel or part of a pixel in it. */
	readonly samples: number;
	/** Whether a pixel's value lies at its middle; otherwise at its top left, and no side is below 1. */
	readonly aligned: boolean;
}

/** The pixels of a feature map. */
export interface AlignGrid extends Size {
	/** Pixels of the image for one of the map. */
	readonly stride: number;
}

/** A feature map of one image: where it starts in its array, and its layout, `[height, width, channels]`. */
export interface AlignMap extends AlignGrid {
	readonly base: number;
	readonly channels: number;
}

/** Left, top, right and bottom, in pixels of the image. */
export type Sides = readonly [number, number, number, number];

/**
 * What each bin of a region averages, row by row: offsets into the array of the map, and their weights.
 *
 * Those of bin `i` are from `from[i]` to below `from[i + 1]`: a multiple of four, the last of weight 0.
 */
export interface RegionTaps {
	readonly rows: AxisTaps;
	readonly columns: AxisTaps;
	from: Int32Array;
	offset: Int32Array;
	weight: Float64Array;
}

/** Space for the taps of a region, which `regionTaps` enlarges as needed. */
export const newRegionTaps = (): RegionTaps => ({
	rows: newTaps(),
	columns: newTaps(),
	from: new Int32Array(0),
	offset: new Int32Array(0),
	weight: new Float64Array(0),
});

function reserve(taps: RegionTaps, bins: number): void {
	const { rows, columns } = taps;
	if (taps.from.length < bins ** 2 + 1)
		taps.from = new Int32Array(bins ** 2 + 1);
	const pixels = rows.from[bins] * columns.from[bins];
	const most = pixels + 3 * bins ** 2;
	if (taps.offset.length >= most) return;
	taps.offset = new Int32Array(2 * most);
	taps.weight = new Float64Array(2 * most);
}

function planAxis(
	[low, high]: readonly [number, number],
	{ stride, size }: { readonly stride: number; readonly size: number },
	{ bins, samples, aligned }: AlignRule,
	taps: AxisTaps,
): void {
	const shift = aligned ? 0.5 : 0;
	const start = Math.fround(Math.fround(low / stride) - shift);
	const end = Math.fround(Math.fround(high / stride) - shift);
	const length = Math.fround(end - start);
	const least = aligned ? length : Math.max(length, 1);
	axisTaps({ start, length: least, bins, samples, size }, taps);
}

/** Writes the pixels over which the rows and columns of bins of a region average. */
export function regionAxes(
	[left, top, right, bottom]: Sides,
	{ stride, height, width }: AlignGrid,
	rule: AlignRule,
	{ rows, columns }: Pick<RegionTaps, "rows" | "columns">,
): void {
	planAxis([top, bottom], { stride, size: height }, rule, rows);
	planAxis([left, right], { stride, size: width }, rule, columns);
}

/** Writes what each bin of a region averages. */
export function regionTaps(
	box: Sides,
	map: AlignMap,
	rule: AlignRule,
	taps: RegionTaps,
): void {
	const { rows, columns } = taps;
	const { base, channels, width } = map;
	regionAxes(box, map, rule, taps);
	reserve(taps, rule.bins);
	const { from, offset, weight } = taps;
	let end = 0;
	for (let bin = 0; bin < rule.bins ** 2; bin++) {
		const row = Math.floor(bin / rule.bins);
		const column = bin % rule.bins;
		from[bin] = end;
		for (let i = rows.from[row]; i < rows.from[row + 1]; i++) {
			const start = base + rows.pixel[i] * width * channels;
			for (let j = columns.from[column]; j < columns.from[column + 1]; j++) {
				offset[end] = start + columns.pixel[j] * channels;
				weight[end++] = rows.weight[i] * columns.weight[j];
			}
		}
		while ((end - from[bin]) % 4 !== 0) {
			offset[end] = offset[end - 1];
			weight[end++] = 0;
		}
	}
	from[rule.bins ** 2] = end;
}
