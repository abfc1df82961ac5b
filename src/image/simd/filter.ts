import { clipped } from "./clip";

/** Three numbers of 32 bits: from one pixel to the next. */
const pixelBytes: usize = 12;

/** Adds weighted values of a row to two sums: those of three neighboring pixels. */
function addThree(sums: v128, row: usize, a: v128, b: v128, c: v128): v128 {
	const first = f32x4.add(sums, f32x4.mul(a, v128.load(row)));
	const next = f32x4.add(first, f32x4.mul(b, v128.load(row + pixelBytes)));
	return f32x4.add(next, f32x4.mul(c, v128.load(row + 2 * pixelBytes)));
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
	const w0 = v128.load32_splat(kernel);
	const w1 = v128.load32_splat(kernel + 4);
	const w2 = v128.load32_splat(kernel + 8);
	const w3 = v128.load32_splat(kernel + 12);
	const w4 = v128.load32_splat(kernel + 16);
	const w5 = v128.load32_splat(kernel + 20);
	const w6 = v128.load32_splat(kernel + 24);
	const w7 = v128.load32_splat(kernel + 28);
	const w8 = v128.load32_splat(kernel + 32);
	const end = result + 4 * count;
	for (; result < end; result += 16, a += 16, b += 16, c += 16) {
		let sums = addThree(f32x4.splat(0), a, w0, w1, w2);
		sums = addThree(sums, b, w3, w4, w5);
		sums = addThree(sums, c, w6, w7, w8);
		v128.store(result, clipped(sums));
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
	for (let x: usize = 0; result < end; result += 16, x += 16) {
		let sums = f32x4.splat(0);
		let tap = kernel;
		for (let k = 0; k < side; k++) {
			const slot = top + k < side ? top + k : top + k - side;
			let at = ring + usize(slot) * stride + x;
			for (let j = 0; j < side; j++, tap += 4, at += pixelBytes)
				sums = f32x4.add(
					sums,
					f32x4.mul(v128.load32_splat(tap), v128.load(at)),
				);
		}
		v128.store(result, clipped(sums));
	}
}

/**
 * Filters pixels of three numbers of 32 bits with a kernel, `side` odd, zeros beyond the border, and clips.
 *
 * `ring` is room for as many rows as the kernel has: `side` times `12 (width + side - 1)` bytes.
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
	const stride: usize = 4 * (row + 6 * reach);
	const inside: usize = pixelBytes * reach;
	memory.fill(ring, 0, stride * side);
	for (let y = 0; y < reach && y < height; y++)
		memory.copy(
			ring + stride * (reach + y) + inside,
			source + 4 * row * y,
			4 * row,
		);
	for (let y = 0; y < height; y++, result += 4 * row) {
		const top = y % side;
		const last = ring + stride * ((y + side - 1) % side);
		if (y + reach < height)
			memory.copy(last + inside, source + 4 * row * (y + reach), 4 * row);
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
