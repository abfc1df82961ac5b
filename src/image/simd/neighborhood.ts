/** Four 32-bit numbers, and their neighbors to the right, added; those above `most` are that. */
function threeOf(at: usize, most: v128): v128 {
	const first = f32x4.pmin(v128.load(at), most);
	const middle = f32x4.pmin(v128.load(at, 4), most);
	const last = f32x4.pmin(v128.load(at, 8), most);
	return f32x4.add(f32x4.add(first, middle), last);
}

/**
 * The means, cut down, of the 3 x 3 neighbors of a framed plane of 32-bit numbers, those above `most` counted as that;
 * the results are bytes.
 */
export function cutMeans(
	plane: usize,
	height: i32,
	width: i32,
	most: f32,
	result: usize,
): void {
	const stride = 4 * (width + 2);
	const limit = f32x4.splat(most);
	for (; height > 0; height--, plane += stride, result += width)
		for (let x = 0; x < width; x += 4) {
			const row = plane + 4 * x;
			const upper = f32x4.add(
				threeOf(row, limit),
				threeOf(row + stride, limit),
			);
			const sums = f32x4.add(upper, threeOf(row + 2 * stride, limit));
			const means = f32x4.div(sums, f32x4.splat(9));
			const words = i32x4.trunc_sat_f32x4_s(means);
			const shorts = i16x8.narrow_i32x4_s(words, words);
			v128.store32_lane(result + x, i8x16.narrow_i16x8_u(shorts, shorts), 0);
		}
}

/** Eight bytes as 16 bits. */
function eight(at: usize): v128 {
	return v128.load_ext<u8>(at);
}

/** Stores eight numbers as bytes: those below 0 and above 255 are cut off. */
function storeEight(at: usize, numbers: v128): void {
	v128.store64_lane(at, i8x16.narrow_i16x8_u(numbers, numbers), 0);
}

/** Eight bytes, and their neighbors to the right, added. */
function threeBytes(at: usize): v128 {
	return i16x8.add(i16x8.add(eight(at), eight(at + 1)), eight(at + 2));
}

/** The means, rounded, of the 3 x 3 neighbors of a framed plane of bytes. */
export function roundedMeans(
	plane: usize,
	height: i32,
	width: i32,
	result: usize,
): void {
	const stride = width + 2;
	// 65,536 / 18, rounded up: of numbers below 4,600 the parts before the point are those of the 18th.
	const part = i16x8.splat(3641);
	for (; height > 0; height--, plane += stride, result += width)
		for (let x = 0; x < width; x += 8) {
			const row = plane + x;
			const upper = i16x8.add(threeBytes(row), threeBytes(row + stride));
			const sums = i16x8.add(upper, threeBytes(row + 2 * stride));
			const twice = i16x8.add(i16x8.shl(sums, 1), i16x8.splat(9));
			const means = i16x8.narrow_i32x4_s(
				i32x4.shr_u(i32x4.extmul_low_i16x8_u(twice, part), 16),
				i32x4.shr_u(i32x4.extmul_high_i16x8_u(twice, part), 16),
			);
			storeEight(result + x, means);
		}
}

/** A framed plane of bytes as if it were heights lit from the upper left, cut off below 0 and above 255. */
export function litPlane(
	plane: usize,
	height: i32,
	width: i32,
	result: usize,
): void {
	const stride = width + 2;
	for (; height > 0; height--, plane += stride, result += width)
		for (let x = 0; x < width; x += 8) {
			const above = plane + x;
			const here = above + stride;
			const below = here + stride;
			const diagonal = i16x8.sub(eight(below + 2), eight(above));
			const down = i16x8.sub(eight(below + 1), eight(above + 1));
			const across = i16x8.sub(eight(here + 2), eight(here));
			const slope = i16x8.add(i16x8.add(down, across), eight(here + 1));
			storeEight(result + x, i16x8.add(slope, i16x8.shl(diagonal, 1)));
		}
}
