import type { RegionTaps } from "./region-taps.js";

/** Bins of a region in an array, `[bins, channels]` from `at`. */
export interface Bins {
	readonly values: Float32Array;
	readonly at: number;
	readonly count: number;
	readonly channels: number;
}

/** Averages the pixels of each bin into `bins`, whose values must be 0. */
export function gatherRegion(
	map: Float32Array,
	{ from, offset, weight }: RegionTaps,
	{ values, at, count, channels }: Bins,
): void {
	for (let bin = 0; bin < count; bin++) {
		const start = at + bin * channels;
		const end = from[bin + 1];
		for (let tap = from[bin]; tap < end; tap += 4) {
			const a = offset[tap];
			const b = offset[tap + 1];
			const c = offset[tap + 2];
			const d = offset[tap + 3];
			const wa = weight[tap];
			const wb = weight[tap + 1];
			const wc = weight[tap + 2];
			const wd = weight[tap + 3];
			for (let i = 0; i < channels; i++) {
				values[start + i] =
					values[start + i] +
					wa * map[a + i] +
					wb * map[b + i] +
					wc * map[c + i] +
					wd * map[d + i];
			}
		}
	}
}

/** Adds to the pixels of each bin their shares of `bins`: the gradient of `gatherRegion`. */
export function scatterRegion(
	map: Float32Array,
	{ from, offset, weight }: RegionTaps,
	{ values, at, count, channels }: Bins,
): void {
	for (let bin = 0; bin < count; bin++) {
		const start = at + bin * channels;
		const end = from[bin + 1];
		for (let tap = from[bin]; tap < end; tap += 4) {
			const a = offset[tap];
			const b = offset[tap + 1];
			const c = offset[tap + 2];
			const d = offset[tap + 3];
			const wa = weight[tap];
			const wb = weight[tap + 1];
			const wc = weight[tap + 2];
			const wd = weight[tap + 3];
			for (let i = 0; i < channels; i++) {
				const value = values[start + i];
				map[a + i] = map[a + i] + wa * value;
				map[b + i] = map[b + i] + wb * value;
				map[c + i] = map[c + i] + wc * value;
				map[d + i] = map[d + i] + wd * value;
			}
		}
	}
}
