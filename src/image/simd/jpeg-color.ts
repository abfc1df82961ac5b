// Of 4 pixels of three bytes: reds and greens, or blues and greens, in turn, of 16 bits each.
// biome-ignore format: as they lie
const redsGreens: v128 = i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
// biome-ignore format: as they lie
const bluesGreens: v128 = i8x16(2, -1, 1, -1, 5, -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1);
// biome-ignore format: as they lie
const withoutFourth: v128 = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

// Weights of luminance and chrominances in units of 1/65536. Those of green that exceed 16 bits are two; one half, which
// does too, is a quarter, twice.
const lumaRedGreen: v128 = i16x8(
	19595,
	22086,
	19595,
	22086,
	19595,
	22086,
	19595,
	22086,
);
const lumaBlueGreen: v128 = i16x8(
	7471,
	16384,
	7471,
	16384,
	7471,
	16384,
	7471,
	16384,
);
const blueRedGreen: v128 = i16x8(
	-11059,
	-21709,
	-11059,
	-21709,
	-11059,
	-21709,
	-11059,
	-21709,
);
const redBlueGreen: v128 = i16x8(
	-5329,
	-27439,
	-5329,
	-27439,
	-5329,
	-27439,
	-5329,
	-27439,
);
const quarter: v128 = i16x8(16384, 0, 16384, 0, 16384, 0, 16384, 0);
const half: i32 = 1 << 15;
const chromaRound: i32 = (128 << 16) + half - 1;

function lumas(redGreen: v128, blueGreen: v128): v128 {
	const sums = i32x4.add(
		i32x4.dot_i16x8_s(redGreen, lumaRedGreen),
		i32x4.dot_i16x8_s(blueGreen, lumaBlueGreen),
	);
	return i32x4.shr_s(i32x4.add(sums, i32x4.splat(half)), 16);
}

/** Chrominances: `whole` begins with the color that counts one half, `others` are weighted. */
function chromas(whole: v128, others: v128, weights: v128): v128 {
	const sums = i32x4.add(
		i32x4.dot_i16x8_s(others, weights),
		i32x4.shl(i32x4.dot_i16x8_s(whole, quarter), 1),
	);
	return i32x4.shr_s(i32x4.add(sums, i32x4.splat(chromaRound)), 16);
}

/**
 * Splits a row of pixels of three bytes into luminances and two chrominances, as libjpeg; the last are repeated up to
 * `stride`, a multiple of 16.
 */
export function jpegSplitRow(
	width: i32,
	stride: i32,
	rgb: usize,
	luma: usize,
	blue: usize,
	red: usize,
): void {
	for (let x = 0; x < width; x += 8, rgb += 24) {
		const left = v128.load(rgb);
		const right = v128.load(rgb, 12);
		const rg0 = v128.swizzle(left, redsGreens);
		const bg0 = v128.swizzle(left, bluesGreens);
		const rg1 = v128.swizzle(right, redsGreens);
		const bg1 = v128.swizzle(right, bluesGreens);
		storeBytes(luma + x, lumas(rg0, bg0), lumas(rg1, bg1));
		storeBytes(
			blue + x,
			chromas(bg0, rg0, blueRedGreen),
			chromas(bg1, rg1, blueRedGreen),
		);
		storeBytes(
			red + x,
			chromas(rg0, bg0, redBlueGreen),
			chromas(rg1, bg1, redBlueGreen),
		);
	}
	for (let x = width; x < stride; x++) {
		store<u8>(luma + x, load<u8>(luma + width - 1));
		store<u8>(blue + x, load<u8>(blue + width - 1));
		store<u8>(red + x, load<u8>(red + width - 1));
	}
}

function storeBytes(to: usize, left: v128, right: v128): void {
	const words = i16x8.narrow_i32x4_s(left, right);
	v128.store64_lane(to, i8x16.narrow_i16x8_u(words, words), 0);
}

/** The means of 2 x 2 bytes of two rows, rounded alternately down and up; `length` of them, a multiple of 8. */
export function jpegHalveRows(
	length: i32,
	upper: usize,
	lower: usize,
	result: usize,
): void {
	const rounding = i16x8(1, 2, 1, 2, 1, 2, 1, 2);
	for (let x = 0; x < length; x += 8) {
		const sums = i16x8.add(
			i16x8.extadd_pairwise_i8x16_u(v128.load(upper + 2 * x)),
			i16x8.extadd_pairwise_i8x16_u(v128.load(lower + 2 * x)),
		);
		const means = i16x8.shr_u(i16x8.add(sums, rounding), 2);
		v128.store64_lane(result + x, i8x16.narrow_i16x8_u(means, means), 0);
	}
}

/** Three times the near one of two numbers and once the far one. */
function leaning(near: v128, far: v128): v128 {
	return i16x8.add(i16x8.mul(near, i16x8.splat(3)), far);
}

/**
 * Doubles a row of `length` bytes, each result with three parts of four of the nearest byte and one of the next; so for
 * two rows, the near one and the far one.
 *
 * What is added to the results, in units of 1/16, before they are cut off is for even places in the lower 16 bits of
 * `rounding`, for odd ones in the upper ones. `scratch` has room for `length + 18` numbers of 16 bits.
 */
export function jpegStretchRow(
	length: i32,
	near: usize,
	far: usize,
	rounding: i32,
	scratch: usize,
	result: usize,
): void {
	const sums = scratch + 2;
	for (let x = 0; x < length; x += 8) {
		const sum = leaning(
			v128.load_ext<u8>(near + x),
			v128.load_ext<u8>(far + x),
		);
		v128.store(sums + 2 * x, sum);
	}
	const end = sums + 2 * length;
	store<u16>(scratch, load<u16>(sums));
	store<u16>(end, load<u16>(end - 2));
	const first = i16x8.splat(<i16>rounding);
	const second = i16x8.splat(<i16>(rounding >> 16));
	for (let at = sums; at < end; at += 16, result += 16) {
		const here = v128.load(at);
		const even = i16x8.add(leaning(here, v128.load(at - 2)), first);
		const odd = i16x8.add(leaning(here, v128.load(at + 2)), second);
		const words = v128.or(
			i16x8.shr_u(even, 4),
			i16x8.shl(i16x8.shr_u(odd, 4), 8),
		);
		v128.store(result, words);
	}
}

/** Blends two rows of bytes as `jpegStretchRow`, which stay as long; `rounding` is in units of 1/4. */
export function jpegLeanRow(
	length: i32,
	near: usize,
	far: usize,
	rounding: i32,
	result: usize,
): void {
	for (let x = 0; x < length; x += 8) {
		const sum = leaning(
			v128.load_ext<u8>(near + x),
			v128.load_ext<u8>(far + x),
		);
		const words = i16x8.shr_u(i16x8.add(sum, i16x8.splat(<i16>rounding)), 2);
		v128.store64_lane(result + x, i8x16.narrow_i16x8_u(words, words), 0);
	}
}

/** Bytes of chrominance as numbers around 0. */
function centered(at: usize): v128 {
	return i16x8.sub(v128.load_ext<u8>(at), i16x8.splat(128));
}

/** The greens' share of four pairs of chrominances, but for one whole of the red one. */
function greens(pairs: v128): v128 {
	// biome-ignore format: in pairs
	const weights = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
	const sums = i32x4.dot_i16x8_s(pairs, weights);
	return i32x4.shr_s(i32x4.add(sums, i32x4.splat(half)), 16);
}

function storePixels(to: usize, pixels: v128): void {
	v128.store(to, v128.swizzle(pixels, withoutFourth));
}

/** Puts luminances and chrominances of a row together to pixels of three bytes, as libjpeg; writes whole eights. */
export function jpegJoinRow(
	width: i32,
	luma: usize,
	blue: usize,
	red: usize,
	rgb: usize,
): void {
	for (let x = 0; x < width; x += 8, rgb += 24) {
		const y = v128.load_ext<u8>(luma + x);
		const cb = centered(blue + x);
		const cr = centered(red + x);
		// 1.402 is 1 and 0.402; 1.772 is 2 less 0.228; both in units of 1/32768.
		const r = i16x8.add(
			i16x8.add(y, cr),
			i16x8.q15mulr_sat_s(cr, i16x8.splat(13172)),
		);
		const b = i16x8.add(
			i16x8.add(y, i16x8.shl(cb, 1)),
			i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)),
		);
		const g = i16x8.add(
			i16x8.sub(y, cr),
			i16x8.narrow_i32x4_s(
				greens(i16x8.shuffle(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11)),
				greens(i16x8.shuffle(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15)),
			),
		);
		const redBlue = i8x16.narrow_i16x8_u(r, b);
		const green = i8x16.narrow_i16x8_u(g, g);
		// biome-ignore format: in turn
		const redGreen = i8x16.shuffle(redBlue, green, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
		// biome-ignore format: in turn
		const blueAny = i8x16.shuffle(redBlue, green, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
		// biome-ignore format: in turn
		storePixels(rgb, i16x8.shuffle(redGreen, blueAny, 0, 8, 1, 9, 2, 10, 3, 11));
		// biome-ignore format: in turn
		storePixels(rgb + 12, i16x8.shuffle(redGreen, blueAny, 4, 12, 5, 13, 6, 14, 7, 15));
	}
}
