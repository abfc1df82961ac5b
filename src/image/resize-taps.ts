import type { RowSpans } from "./resize-bands.js";

/** A filter of Pillow. */
export interface ResizeKernel {
	/** How far the filter reaches, in source pixels, when the size stays. */
	readonly support: number;
	weight(distance: number): number;
}

/** Of which source pixels each result pixel is made. */
export interface Taps extends RowSpans {
	/** `size` weights, in units of 2^-22, for each result pixel: that of its first source pixel, and of those behind it. */
	readonly weights: Int32Array;
	readonly size: number;
}

const unit = 2 ** 22;

/** How Pillow resizes `from` pixels to `to`: the same numbers, in the same order. */
export function resizeTaps(
	from: number,
	to: number,
	{ support, weight }: ResizeKernel,
): Taps {
	const scale = from / to;
	const stretch = Math.max(scale, 1);
	const reach = support * stretch;
	const size = Math.ceil(reach) * 2 + 1;
	const firsts = new Int32Array(to);
	const ends = new Int32Array(to);
	const weights = new Int32Array(to * size);
	const row = new Float64Array(size);
	for (let i = 0; i < to; i++) {
		const center = (i + 0.5) * scale;
		const first = Math.max(Math.trunc(center - reach + 0.5), 0);
		const end = Math.min(Math.trunc(center + reach + 0.5), from);
		let sum = 0;
		for (let k = 0; k < end - first; k++) {
			row[k] = weight((k + first - center + 0.5) * (1 / stretch));
			sum += row[k]!;
		}
		firsts[i] = first;
		ends[i] = end;
		for (let k = 0; k < end - first; k++) {
			const share = (sum === 0 ? row[k]! : row[k]! * (1 / sum)) * unit;
			weights[i * size + k] = Math.trunc(share + (share < 0 ? -0.5 : 0.5));
		}
	}
	return { firsts, ends, weights, size };
}

/** Taps as the kernels read them: records of 32-bit words. */
export interface PackedTaps {
	readonly records: Int32Array;
	/** Pairs of weights in a record. */
	readonly pairs: number;
}

/** How many weights at the beginning and at the end of each result pixel's are 0, in turn. */
function zeros({ weights, size }: Taps): Int32Array {
	const counts = new Int32Array((2 * weights.length) / size);
	for (let i = 0; 2 * i < counts.length; i++) {
		const begin = i * size;
		let before = 0;
		while (before < size && weights[begin + before] === 0) before++;
		let after = 0;
		while (before + after < size && weights[begin + size - 1 - after] === 0)
			after++;
		counts[2 * i] = before;
		counts[2 * i + 1] = after;
	}
	return counts;
}

const lowBits = 11;
const low = 2 ** lowBits - 1;

/** Two numbers of 16 bits in a word. */
const pairOf = (first: number, second: number): number =>
	(first & 0xffff) | (second << 16);

/** Taps for pixels, or rows, that lie `stride` bytes apart; weights of 0 at both ends are left out. */
export function packTaps(taps: Taps, stride: number): PackedTaps {
	const { firsts, weights, size } = taps;
	const counts = zeros(taps);
	let most = 0;
	for (let i = 0; i < firsts.length; i++)
		most = Math.max(most, size - counts[2 * i]! - counts[2 * i + 1]!);
	const pairs = Math.ceil(most / 2);
	const records = new Int32Array(firsts.length * (1 + 2 * pairs));
	for (let i = 0, to = 0; i < firsts.length; i++) {
		const before = counts[2 * i]!;
		records[to++] = (firsts[i]! + before) * stride;
		const end = (i + 1) * size;
		let at = i * size + before;
		for (let pair = 0; pair < pairs; pair++, at += 2) {
			const one = at < end ? weights[at]! : 0;
			const other = at + 1 < end ? weights[at + 1]! : 0;
			records[to++] = pairOf(one >> lowBits, other >> lowBits);
			records[to++] = pairOf(one & low, other & low);
		}
	}
	return { records, pairs };
}
