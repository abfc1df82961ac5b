// Two pixels have four levels each: top, bottom, falling, rising. Red, green and blue are these of them in each sixth of
// the circle; at its end it begins anew.
// biome-ignore format: red, then green
const redsAndGreens: v128 = i8x16(0, 2, 1, 1, 3, 0, 0, 0, 3, 0, 0, 2, 1, 1, 3, 3);
// biome-ignore format: blue
const onlyBlues: v128 = i8x16(1, 1, 3, 0, 0, 2, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1);
// biome-ignore format: the sixth for each byte of two pixels
const sixthOfByte: v128 = i8x16(0, 0, 0, 4, 4, 4, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
// Where a table has no entry, it gives 0.
// biome-ignore format: as they lie
const toRedsAndGreens: v128 = i8x16(0, 8, 64, 0, 8, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64);
// biome-ignore format: as they lie
const toBlues: v128 = i8x16(64, 64, 0, 64, 64, 0, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64);
// biome-ignore format: where the levels of a pixel begin
const ofPixel: v128 = i8x16(0, 0, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** A byte of each of two pixels, from 0 to 1: as 64-bit numbers of a table. */
function channel(table: usize, at: usize): v128 {
	const first = v128.load64_zero(table + 8 * usize(load<u8>(at)));
	return v128.load64_lane(table + 8 * usize(load<u8>(at, 3)), first, 1);
}

/** The hues of two pixels, from 0 to 1; those of grey ones are no numbers. */
function huesOf(
	red: v128,
	green: v128,
	blue: v128,
	value: v128,
	delta: v128,
): v128 {
	const isGreen = f64x2.eq(green, value);
	const isBlue = f64x2.eq(blue, value);
	let difference = f64x2.sub(green, blue);
	difference = v128.bitselect(f64x2.sub(blue, red), difference, isGreen);
	difference = v128.bitselect(f64x2.sub(red, green), difference, isBlue);
	let start = v128.and(f64x2.splat(2), isGreen);
	start = v128.bitselect(f64x2.splat(4), start, isBlue);
	const sum = f64x2.add(start, f64x2.div(difference, delta));
	const hues = f64x2.div(sum, f64x2.splat(6));
	const isBelow = f64x2.lt(hues, f64x2.splat(0));
	return f64x2.add(hues, v128.and(f64x2.splat(1), isBelow));
}

/** A byte of each of two pixels: its value, less as much of it as a share says. */
function level(value: v128, share: v128): v128 {
	const left = f64x2.mul(value, f64x2.sub(f64x2.splat(1), share));
	return i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(left, f64x2.splat(255)));
}

/** The bytes of two pixels of these hues, saturations and values, all from 0 to 1. */
function pixelsOf(hues: v128, saturations: v128, values: v128): v128 {
	const turns = f64x2.mul(hues, f64x2.splat(6));
	const sixths = f64x2.floor(turns);
	const parts = f64x2.sub(turns, sixths);
	const rests = f64x2.sub(f64x2.splat(1), parts);
	const falling = level(values, f64x2.mul(parts, saturations));
	const rising = level(values, f64x2.mul(rests, saturations));
	const high = v128.or(i32x4.shl(falling, 16), i32x4.shl(rising, 24));
	const bottom = i32x4.shl(level(values, saturations), 8);
	const top = level(values, f64x2.splat(0));
	const levels = v128.or(v128.or(top, bottom), high);
	const sixth = v128.swizzle(i32x4.trunc_sat_f64x2_s_zero(sixths), sixthOfByte);
	const which = v128.or(
		v128.swizzle(redsAndGreens, i8x16.add(sixth, toRedsAndGreens)),
		v128.swizzle(onlyBlues, i8x16.add(sixth, toBlues)),
	);
	return v128.swizzle(levels, i8x16.add(which, ofPixel));
}

/**
 * Changes the saturation and the value of pixels: `min(saturation · factor + offset, 1)` and `min(value + gain, 1)`.
 *
 * `table` has for each byte the 64-bit number from 0 to 1 that it stands for.
 *
 * Operation by operation `skimage.color.rgb2hsv` and `hsv2rgb`, the results cut down.
 */
export function adjustHsv(
	levels: usize,
	count: i32,
	table: usize,
	factor: f64,
	offset: f64,
	gain: f64,
): void {
	const one = f64x2.splat(1);
	for (const end = levels + count; levels < end; levels += 6) {
		const red = channel(table, levels);
		const green = channel(table, levels + 1);
		const blue = channel(table, levels + 2);
		const value = f64x2.pmax(f64x2.pmax(red, green), blue);
		const lowest = f64x2.pmin(f64x2.pmin(red, green), blue);
		const delta = f64x2.sub(value, lowest);
		// Of grey ones, both are 0.
		const colored = f64x2.ne(delta, f64x2.splat(0));
		const hues = v128.and(huesOf(red, green, blue, value, delta), colored);
		const saturation = v128.and(f64x2.div(delta, value), colored);
		const scaled = f64x2.mul(saturation, f64x2.splat(factor));
		const saturations = f64x2.pmin(f64x2.add(scaled, f64x2.splat(offset)), one);
		const values = f64x2.pmin(f64x2.add(value, f64x2.splat(gain)), one);
		const changed = pixelsOf(hues, saturations, values);
		v128.store32_lane(levels, changed, 0);
		v128.store16_lane(levels + 4, changed, 2);
	}
}
