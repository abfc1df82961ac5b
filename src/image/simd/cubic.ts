import { firstTwo, lastTwo } from "./pixels";

/**
 * Interpolates rows of pixels of three bytes by four neighbors each; the results are numbers of 32 bits.
 *
 * `taps` has for each of `width` results where its first pixel lies in the row, in bytes, and four weights of 16 bits.
 * The rows lie `stride` bytes apart, the results without a gap.
 */
export function cubicAcross(
	rows: i32,
	source: usize,
	stride: usize,
	taps: usize,
	width: i32,
	result: usize,
): void {
	for (; rows > 0; rows--, source += stride) {
		const end = taps + 12 * width;
		for (let tap = taps; tap < end; tap += 12, result += 12) {
			const pixels = v128.load(source + load<u32>(tap));
			const sums = i32x4.add(
				i32x4.dot_i16x8_s(
					v128.swizzle(pixels, firstTwo),
					v128.load32_splat(tap + 4),
				),
				i32x4.dot_i16x8_s(
					v128.swizzle(pixels, lastTwo),
					v128.load32_splat(tap + 8),
				),
			);
			v128.store(result, sums);
		}
	}
}

/** The products of four numbers of 32 bits and one. */
function times(numbers: usize, weight: v128): v128 {
	return i32x4.mul(v128.load(numbers), weight);
}

/** Without the lower 22 bits, of two equally near numbers the even one. */
function rounded(sums: v128): v128 {
	const odd = v128.and(i32x4.shr_s(sums, 22), i32x4.splat(1));
	const most = i32x4.splat((1 << 21) - 1);
	return i32x4.shr_s(i32x4.add(sums, i32x4.add(odd, most)), 22);
}

/**
 * Interpolates rows of `length` numbers that `cubicAcross` made by four neighbors each, and rounds them; the results are
 * bytes.
 *
 * `taps` has for each of `height` results where its rows lie, in bytes from `source`, and the weights of each, 32 bits
 * all.
 */
export function cubicDown(
	height: i32,
	source: usize,
	taps: usize,
	length: i32,
	result: usize,
): void {
	for (; height > 0; height--, taps += 32, result += length) {
		const a = source + load<u32>(taps);
		const b = source + load<u32>(taps, 4);
		const c = source + load<u32>(taps, 8);
		const d = source + load<u32>(taps, 12);
		const first = v128.load32_splat(taps, 16);
		const second = v128.load32_splat(taps, 20);
		const third = v128.load32_splat(taps, 24);
		const last = v128.load32_splat(taps, 28);
		for (let x = 0; x < length; x += 4) {
			const sums = i32x4.add(
				i32x4.add(times(a + 4 * x, first), times(b + 4 * x, second)),
				i32x4.add(times(c + 4 * x, third), times(d + 4 * x, last)),
			);
			const whole = rounded(sums);
			const words = i16x8.narrow_i32x4_s(whole, whole);
			v128.store32_lane(result + x, i8x16.narrow_i16x8_u(words, words), 0);
		}
	}
}
