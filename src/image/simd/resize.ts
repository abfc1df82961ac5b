import { firstTwo, lastTwo } from "./pixels";

/** Weights have 22 bits behind the point, and come in two parts: the lower 11 bits, and the others. */
const lowBits: i32 = 11;
const precision: i32 = 22;
const half: i32 = 1 << (precision - 1);

/** What stands before the point of four sums. */
function wholes(high: v128, low: v128): v128 {
	return i32x4.shr_s(i32x4.add(i32x4.shl(high, lowBits), low), precision);
}

/** Eight numbers as bytes, in the first half: those below 0 and above 255 are cut off. */
function toBytes(left: v128, right: v128): v128 {
	const words = i16x8.narrow_i32x4_s(left, right);
	return i8x16.narrow_i16x8_u(words, words);
}

/** Adds the products of pairs of 16 bits and the two weights at an address, each with its neighbor's. */
function addPair(sums: v128, pairs: v128, weights: usize): v128 {
	return i32x4.add(sums, i32x4.dot_i16x8_s(pairs, v128.load32_splat(weights)));
}

/**
 * Resizes rows of pixels of three bytes, as Pillow.
 *
 * `taps` has for each of `width` results where its first pixel lies in the row, in bytes, then `pairs` times the higher
 * parts of two weights and the lower ones. The rows lie `stride` bytes apart, the results without a gap.
 */
export function resizeAcross(
	rows: i32,
	source: usize,
	stride: usize,
	taps: usize,
	pairs: i32,
	width: i32,
	result: usize,
): void {
	for (; rows > 0; rows--, source += stride) {
		let tap = taps;
		for (let x = 0; x < width; x++, result += 3) {
			let from = source + load<u32>(tap);
			let high = i32x4.splat(0);
			let low = i32x4.splat(half);
			tap += 4;
			for (let k = pairs >> 1; k > 0; k--, from += 12, tap += 16) {
				const pixels = v128.load(from);
				const before = v128.swizzle(pixels, firstTwo);
				const after = v128.swizzle(pixels, lastTwo);
				high = addPair(addPair(high, before, tap), after, tap + 8);
				low = addPair(addPair(low, before, tap + 4), after, tap + 12);
			}
			if (pairs & 1) {
				const pixels = v128.swizzle(v128.load64_zero(from), firstTwo);
				high = addPair(high, pixels, tap);
				low = addPair(low, pixels, tap + 4);
				tap += 8;
			}
			const sums = wholes(high, low);
			v128.store32_lane(result, toBytes(sums, sums), 0);
		}
	}
}

/**
 * Resizes columns of bytes, as Pillow.
 *
 * `taps` has for each of `height` results where its first row lies, in bytes from `source`, then weights as those of
 * `resizeAcross`. Rows have `stride` bytes.
 */
export function resizeDown(
	height: i32,
	source: usize,
	stride: usize,
	taps: usize,
	pairs: i32,
	result: usize,
): void {
	for (; height > 0; height--, result += stride, taps += 4 + 8 * pairs) {
		const top = source + load<u32>(taps);
		for (let x: usize = 0; x < stride; x += 8) {
			let highLeft = i32x4.splat(0);
			let highRight = i32x4.splat(0);
			let lowLeft = i32x4.splat(half);
			let lowRight = i32x4.splat(half);
			let row = top + x;
			let tap = taps + 4;
			for (let k = 0; k < pairs; k++, row += 2 * stride, tap += 8) {
				const above = v128.load_ext<u8>(row);
				const below = v128.load_ext<u8>(row + stride);
				// biome-ignore format: in turn
				const left = i16x8.shuffle(above, below, 0, 8, 1, 9, 2, 10, 3, 11);
				// biome-ignore format: in turn
				const right = i16x8.shuffle(above, below, 4, 12, 5, 13, 6, 14, 7, 15);
				highLeft = addPair(highLeft, left, tap);
				highRight = addPair(highRight, right, tap);
				lowLeft = addPair(lowLeft, left, tap + 4);
				lowRight = addPair(lowRight, right, tap + 4);
			}
			const sums = wholes(highLeft, lowLeft);
			const others = wholes(highRight, lowRight);
			v128.store64_lane(result + x, toBytes(sums, others), 0);
		}
	}
}

/**
 * Blends each two neighbors in rows of pixels of three bytes, as OpenCV; the results are numbers of 16 bits, 128 times
 * as large.
 *
 * `taps` has for each of `width` results where its first pixel lies in the row, in bytes, and two weights of 16 bits, in
 * units of 1/2048. The rows lie `stride` bytes apart, the results without a gap.
 */
export function blendAcross(
	rows: i32,
	source: usize,
	stride: usize,
	taps: usize,
	width: i32,
	result: usize,
): void {
	for (; rows > 0; rows--, source += stride) {
		const end = taps + 8 * width;
		for (let tap = taps; tap < end; tap += 8, result += 6) {
			const pixels = v128.load64_zero(source + load<u32>(tap));
			const pairs = v128.swizzle(pixels, firstTwo);
			const sums = i32x4.dot_i16x8_s(pairs, v128.load32_splat(tap + 4));
			const parts = i32x4.shr_s(sums, 4);
			v128.store64_lane(result, i16x8.narrow_i32x4_s(parts, parts), 0);
		}
	}
}

/** The upper halves of the products of eight numbers of 16 bits and one. */
function upperProducts(numbers: v128, weight: v128): v128 {
	return i16x8.narrow_i32x4_s(
		i32x4.shr_s(i32x4.extmul_low_i16x8_s(numbers, weight), 16),
		i32x4.shr_s(i32x4.extmul_high_i16x8_s(numbers, weight), 16),
	);
}

/**
 * Blends each two rows that `blendAcross` made, of `length` numbers; the results are bytes.
 *
 * `taps` has for each of `height` results where its two rows lie, in bytes from `source`, and two weights as those of
 * `blendAcross`.
 */
export function blendDown(
	height: i32,
	source: usize,
	length: i32,
	taps: usize,
	result: usize,
): void {
	for (; height > 0; height--, taps += 12, result += length) {
		const above = source + load<u32>(taps);
		const below = source + load<u32>(taps, 4);
		const near = v128.load16_splat(taps + 8);
		const far = v128.load16_splat(taps + 10);
		for (let x = 0; x < length; x += 8) {
			const sums = i16x8.add(
				upperProducts(v128.load(above + 2 * x), near),
				upperProducts(v128.load(below + 2 * x), far),
			);
			const words = i16x8.shr_s(i16x8.add(sums, i16x8.splat(2)), 2);
			v128.store64_lane(result + x, i8x16.narrow_i16x8_u(words, words), 0);
		}
	}
}

/** Picks pixels of three bytes out of a row; `columns` has for each of `width` results where it lies, in bytes. */
export function pickPixels(
	columns: usize,
	width: i32,
	source: usize,
	result: usize,
): void {
	const end = columns + 4 * width;
	for (; columns < end; columns += 4, result += 3)
		store<u32>(result, load<u32>(source + load<u32>(columns)));
}
