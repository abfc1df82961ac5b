// Of 16 bytes, pixels 0 and 1, or 2 and 3, as pairs of 16 bits: two reds, two greens, two blues, nothing.
// biome-ignore format: as they lie
export const firstTwo: v128 = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
// biome-ignore format: as they lie
export const lastTwo: v128 = i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);

// Of each three bytes of four pixels one, as 32 bits.
// biome-ignore format: as they lie
const reds: v128 = i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1);
// biome-ignore format: as they lie
const greens: v128 = i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1);
// biome-ignore format: as they lie
const blues: v128 = i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1);
// biome-ignore format: the first three of each four bytes
const threeOfFour: v128 = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

/** The reds of four pixels of three bytes, which are the first of sixteen. */
export function redsOf(pixels: v128): v128 {
	return v128.swizzle(pixels, reds);
}

/** The greens of four pixels. */
export function greensOf(pixels: v128): v128 {
	return v128.swizzle(pixels, greens);
}

/** The blues of four pixels. */
export function bluesOf(pixels: v128): v128 {
	return v128.swizzle(pixels, blues);
}

/** A channel of four pixels, from 0 to 1, of 32 bits. */
export function unit(levels: v128): v128 {
	return f32x4.div(f32x4.convert_i32x4_s(levels), f32x4.splat(255));
}

/** Stores four pixels of these channels, each from 0 to 255, and nothing beyond. */
export function storePixels(
	at: usize,
	red: v128,
	green: v128,
	blue: v128,
): void {
	const others = v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16));
	const pixels = v128.swizzle(v128.or(red, others), threeOfFour);
	v128.store64_lane(at, pixels, 0);
	v128.store32_lane(at + 8, pixels, 2);
}
