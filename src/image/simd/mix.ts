/** Writes what the levels of an 8-bit image are as values in 0-1, of 32 bits. */
export function valuesOfLevels(levels: usize, count: i32, values: usize): void {
	const white = f32x4.splat(255);
	const end = levels + count;
	for (; levels < end; levels += 8, values += 32) {
		const words = v128.load_ext<u8>(levels);
		const first = i32x4.extend_low_i16x8_u(words);
		const last = i32x4.extend_high_i16x8_u(words);
		v128.store(values, f32x4.div(f32x4.convert_i32x4_s(first), white));
		v128.store(values + 16, f32x4.div(f32x4.convert_i32x4_s(last), white));
	}
}

/** Writes the levels of values as `valuesOfLevels` makes them; 0 where there is another value, else 1. */
export function levelsOfValues(values: usize, count: i32, levels: usize): i32 {
	const white = f32x4.splat(255);
	const half = f32x4.splat(0.5);
	let left = count;
	for (; left > 0; left -= 4, values += 16, levels += 4) {
		const value = v128.load(values);
		const rounded = f32x4.add(f32x4.mul(value, white), half);
		const level = i32x4.min_s(
			i32x4.trunc_sat_f32x4_s(rounded),
			i32x4.splat(255),
		);
		const back = f32x4.div(f32x4.convert_i32x4_s(level), white);
		const same = i32x4.bitmask(f32x4.eq(back, value));
		const wanted = left < 4 ? (1 << left) - 1 : 15;
		if ((same & wanted) !== wanted) return 0;
		const words = i16x8.narrow_i32x4_s(level, level);
		v128.store32_lane(levels, i8x16.narrow_i16x8_u(words, words), 0);
	}
	return 1;
}

/** Writes a share of values. */
export function takeShare(
	values: usize,
	count: i32,
	share: f32,
	result: usize,
): void {
	const part = f32x4.splat(share);
	const end = values + 4 * count;
	for (; values < end; values += 16, result += 16)
		v128.store(result, f32x4.mul(part, v128.load(values)));
}

/** Adds a share of values. */
export function addShare(
	values: usize,
	count: i32,
	share: f32,
	result: usize,
): void {
	const part = f32x4.splat(share);
	const end = values + 4 * count;
	for (; values < end; values += 16, result += 16) {
		const own = f32x4.mul(part, v128.load(values));
		v128.store(result, f32x4.add(v128.load(result), own));
	}
}

/** Divides values. */
export function divideBy(values: usize, count: i32, by: f32): void {
	const divisor = f32x4.splat(by);
	const end = values + 4 * count;
	for (; values < end; values += 16)
		v128.store(values, f32x4.div(v128.load(values), divisor));
}
