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

function reserve(taps: AxisTaps, bins: number, count: number): void {
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
	reserve(taps, bins, 2 * bins * count);
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
