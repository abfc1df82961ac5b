import { clipped } from "./lanes";

/** Three doubles: from one pixel to the next. */
const pixelBytes: usize = 24;

/** Writes numbers of 32 bits as doubles, no more than there are. */
function widen(values: usize, count: i32, result: usize): void {
	const end = result + 8 * (count & ~1);
	for (; result < end; result += 16, values += 8)
		v128.store(result, f64x2.promote_low_f32x4(v128.load64_zero(values)));
	if (count & 1) store<f64>(result, f64(load<f32>(values)));
}

/** Adds weighted values of a row to two sums: those of three neighboring pixels. */
function addThree(sums: v128, row: usize, a: v128, b: v128, c: v128): v128 {
	const first = f64x2.add(sums, f64x2.mul(a, v128.load(row)));
	const next = f64x2.add(first, f64x2.mul(b, v128.load(row + pixelBytes)));
	return f64x2.add(next, f64x2.mul(c, v128.load(row + 2 * pixelBytes)));
}

/** The nine weighted values around each pixel of a row, clipped: of three rows with their borders. */
function sumNine(
	a: usize,
	b: usize,
	c: usize,
	kernel: usize,
	count: i32,
	result: usize,
): void {
	const w0 = v128.load64_splat(kernel);
	const w1 = v128.load64_splat(kernel + 8);
	const w2 = v128.load64_splat(kernel + 16);
	const w3 = v128.load64_splat(kernel + 24);
	const w4 = v128.load64_splat(kernel + 32);
	const w5 = v128.load64_splat(kernel + 40);
	const w6 = v128.load64_splat(kernel + 48);
	const w7 = v128.load64_splat(kernel + 56);
	const w8 = v128.load64_splat(kernel + 64);
	const end = result + 4 * count;
	for (; result < end; result += 8, a += 16, b += 16, c += 16) {
		let sums = addThree(f64x2.splat(0), a, w0, w1, w2);
		sums = addThree(sums, b, w3, w4, w5);
		sums = addThree(sums, c, w6, w7, w8);
		v128.store64_lane(result, f32x4.demote_f64x2_zero(clipped(sums)), 0);
	}
}

/** As `sumNine`, for a kernel of any side; the rows lie in a ring, the uppermost in the slot `top`. */
function sumTaps(
	ring: usize,
	stride: usize,
	top: i32,
	kernel: usize,
	side: i32,
	count: i32,
	result: usize,
): void {
	const end = result + 4 * count;
	for (let x: usize = 0; result < end; result += 8, x += 16) {
		let sums = f64x2.splat(0);
		let tap = kernel;
		for (let k = 0; k < side; k++) {
			const slot = top + k < side ? top + k : top + k - side;
			let at = ring + usize(slot) * stride + x;
			for (let j = 0; j < side; j++, tap += 8, at += pixelBytes)
				sums = f64x2.add(
					sums,
					f64x2.mul(v128.load64_splat(tap), v128.load(at)),
				);
		}
		v128.store64_lane(result, f32x4.demote_f64x2_zero(clipped(sums)), 0);
	}
}

/**
 * Filters pixels of three numbers of 32 bits with a kernel of doubles, `side` odd, zeros beyond the border, and clips.
 *
 * `ring` is room for as many rows as the kernel has: 16 bytes, then `side` times `8 (3 width + 3 (side - 1))`.
 */
export function filterPixels(
	source: usize,
	height: i32,
	width: i32,
	kernel: usize,
	side: i32,
	ring: usize,
	result: usize,
): void {
	const reach = (side - 1) >> 1;
	const row = 3 * width;
	const stride: usize = 8 * (row + 6 * reach);
	const inside: usize = pixelBytes * reach;
	memory.fill(ring, 0, stride * side);
	for (let y = 0; y < reach && y < height; y++)
		widen(source + 4 * row * y, row, ring + stride * (reach + y) + inside);
	for (let y = 0; y < height; y++, result += 4 * row) {
		const top = y % side;
		const last = ring + stride * ((y + side - 1) % side);
		if (y + reach < height)
			widen(source + 4 * row * (y + reach), row, last + inside);
		else memory.fill(last, 0, stride);
		if (side === 3)
			sumNine(
				ring + stride * top,
				ring + stride * ((y + 1) % 3),
				last,
				kernel,
				row,
				result,
			);
		else sumTaps(ring, stride, top, kernel, side, row, result);
	}
}
