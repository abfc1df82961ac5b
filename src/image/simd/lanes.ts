/** The first two of four whole numbers, as 64-bit numbers. */
export function firstHalf(numbers: v128): v128 {
	return f64x2.convert_low_i32x4_s(numbers);
}

/** The last two of four whole numbers, as 64-bit numbers. */
export function lastHalf(numbers: v128): v128 {
	return f64x2.convert_low_i32x4_s(i64x2.shuffle(numbers, numbers, 1, 1));
}

/** Two and two 64-bit numbers as four whole ones: what stands before the point. */
export function cutDown(first: v128, last: v128): v128 {
	return i64x2.shuffle(
		i32x4.trunc_sat_f64x2_s_zero(first),
		i32x4.trunc_sat_f64x2_s_zero(last),
		0,
		2,
	);
}

/** Two and two 64-bit numbers as four of 32 bits. */
export function toSingles(first: v128, last: v128): v128 {
	return i64x2.shuffle(
		f32x4.demote_f64x2_zero(first),
		f32x4.demote_f64x2_zero(last),
		0,
		2,
	);
}

/** The first two of four 32-bit numbers, in 64 bits. */
export function firstDoubles(numbers: v128): v128 {
	return f64x2.promote_low_f32x4(numbers);
}

/** The last two of four 32-bit numbers, in 64 bits. */
export function lastDoubles(numbers: v128): v128 {
	return f64x2.promote_low_f32x4(i64x2.shuffle(numbers, numbers, 1, 1));
}

/** Four bytes, as whole numbers. */
export function loadBytes(at: usize): v128 {
	return i32x4.extend_low_i16x8_u(
		i16x8.extend_low_i8x16_u(v128.load32_zero(at)),
	);
}

/** Stores four whole numbers from 0 to 255 as bytes. */
export function storeBytes(at: usize, numbers: v128): void {
	const words = i16x8.narrow_i32x4_s(numbers, numbers);
	v128.store32_lane(at, i8x16.narrow_i16x8_u(words, words), 0);
}

/** 64-bit numbers, those above a limit cut off. */
export function atMost(numbers: v128, limit: v128): v128 {
	return f64x2.pmin(numbers, limit);
}

/** 64-bit numbers cut off below 0 and above 1, times 255. */
export function toLevels(numbers: v128): v128 {
	const inside = f64x2.pmax(atMost(numbers, f64x2.splat(1)), f64x2.splat(0));
	return f64x2.mul(inside, f64x2.splat(255));
}

/** Two numbers of 32 bits in memory, in 64. */
export function twoDoubles(at: usize): v128 {
	return firstDoubles(v128.load64_zero(at));
}

/** `near · first + far · second`, in 64 bits. */
export function mix(first: v128, near: v128, second: v128, far: v128): v128 {
	return f64x2.add(f64x2.mul(near, first), f64x2.mul(far, second));
}
