/** The upper two of four numbers, as doubles. */
function upper(values: v128): v128 {
	return f64x2.promote_low_f32x4(i64x2.shuffle(values, values, 1, 1));
}

/** Two doubles held in 0-1, but for their rounding: `(||x| - |x - 1| + 1|) / 2`. */
function clipped(x: v128): v128 {
	const one = f64x2.splat(1);
	const below = f64x2.abs(f64x2.sub(x, one));
	const twice = f64x2.add(f64x2.sub(f64x2.abs(x), below), one);
	return f64x2.mul(f64x2.abs(twice), f64x2.splat(0.5));
}

/** Four numbers of two pairs of doubles. */
function joined(low: v128, high: v128): v128 {
	return i64x2.shuffle(
		f32x4.demote_f64x2_zero(low),
		f32x4.demote_f64x2_zero(high),
		0,
		2,
	);
}

// Not with the functions: the compiler warns of vectors that leave the module, which these do not.
export { clipped, joined, upper };
