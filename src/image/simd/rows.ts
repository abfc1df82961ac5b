import { cutDown, firstHalf, lastHalf, toSingles } from "./lanes";

/** Bytes as numbers of 64 bits, each divided by one number. Writes up to 7 numbers too many. */
export function bytesToDoubles(
	count: i32,
	bytes: usize,
	divisor: f64,
	result: usize,
): void {
	const by = f64x2.splat(divisor);
	for (const end = bytes + count; bytes < end; bytes += 8, result += 64) {
		const words = v128.load_ext<u8>(bytes);
		const low = i32x4.extend_low_i16x8_u(words);
		const high = i32x4.extend_high_i16x8_u(words);
		v128.store(result, f64x2.div(firstHalf(low), by));
		v128.store(result, f64x2.div(lastHalf(low), by), 16);
		v128.store(result, f64x2.div(firstHalf(high), by), 32);
		v128.store(result, f64x2.div(lastHalf(high), by), 48);
	}
}

/** Numbers of 64 bits, times a factor, as bytes: cut off at the point, and below 0 and above 255. No byte too many. */
export function doublesToBytes(
	count: i32,
	source: usize,
	factor: f64,
	result: usize,
): void {
	const by = f64x2.splat(factor);
	const end = result + count;
	for (; result < end; result += 4, source += 32) {
		const first = f64x2.mul(v128.load(source), by);
		const last = f64x2.mul(v128.load(source, 16), by);
		const four = cutDown(first, last);
		const words = i16x8.narrow_i32x4_s(four, four);
		const bytes = i8x16.narrow_i16x8_u(words, words);
		if (result + 4 <= end) v128.store32_lane(result, bytes, 0);
		else {
			v128.store8_lane(result, bytes, 0);
			if (result + 1 < end) v128.store8_lane(result + 1, bytes, 1);
			if (result + 2 < end) v128.store8_lane(result + 2, bytes, 2);
		}
	}
}

/** Rounds numbers of 64 bits in their place to multiples of `1 / parts`. Writes up to one number too many. */
export function roundToParts(count: i32, at: usize, parts: f64): void {
	const by = f64x2.splat(parts);
	for (const end = at + 8 * count; at < end; at += 16) {
		const scaled = f64x2.mul(v128.load(at), by);
		const rounded = f64x2.floor(f64x2.add(scaled, f64x2.splat(0.5)));
		v128.store(at, f64x2.div(rounded, by));
	}
}

/** Numbers of 64 bits, times a factor, rounded to 32 bits. Writes up to 3 numbers too many. */
export function doublesToSingles(
	count: i32,
	source: usize,
	factor: f64,
	result: usize,
): void {
	const by = f64x2.splat(factor);
	const end = result + 4 * count;
	for (; result < end; result += 16, source += 32) {
		const first = f64x2.mul(v128.load(source), by);
		const last = f64x2.mul(v128.load(source, 16), by);
		v128.store(result, toSingles(first, last));
	}
}

/** Two numbers of each of two rows, added and times a weight. */
function pair(first: usize, second: usize, weight: v128): v128 {
	return f64x2.mul(f64x2.add(v128.load(first), v128.load(second)), weight);
}

/**
 * `result[i] = center[i] · weight + sum_k (first_k[i] + second_k[i]) · weight_k`, of numbers of 64 bits.
 *
 * `taps` has for each of the `pairs` two addresses, of 32 bits, and a weight, of 64. Writes up to 7 numbers too many.
 */
export function addPairs(
	length: i32,
	center: usize,
	weight: f64,
	taps: usize,
	pairs: i32,
	result: usize,
): void {
	const last = taps + 16 * pairs;
	const middle = f64x2.splat(weight);
	for (let at: usize = 0, end: usize = 8 * length; at < end; at += 64) {
		let a = f64x2.mul(v128.load(center + at), middle);
		let b = f64x2.mul(v128.load(center + at, 16), middle);
		let c = f64x2.mul(v128.load(center + at, 32), middle);
		let d = f64x2.mul(v128.load(center + at, 48), middle);
		for (let tap = taps; tap < last; tap += 16) {
			const first = <usize>load<u32>(tap) + at;
			const second = <usize>load<u32>(tap, 4) + at;
			const by = v128.load64_splat(tap + 8);
			a = f64x2.add(a, pair(first, second, by));
			b = f64x2.add(b, pair(first + 16, second + 16, by));
			c = f64x2.add(c, pair(first + 32, second + 32, by));
			d = f64x2.add(d, pair(first + 48, second + 48, by));
		}
		v128.store(result + at, a);
		v128.store(result + at, b, 16);
		v128.store(result + at, c, 32);
		v128.store(result + at, d, 48);
	}
}

/** Two numbers times a weight. */
function tapAt(row: usize, weight: v128): v128 {
	return f64x2.mul(v128.load(row), weight);
}

/**
 * `result[i] = sum_k row_k[i] · weight_k`, of numbers of 64 bits.
 *
 * `taps` has for each of `count` rows an address, of 32 bits, four bytes of nothing and a weight, of 64. Writes up to 7
 * numbers too many.
 */
export function addRows(
	length: i32,
	taps: usize,
	count: i32,
	result: usize,
): void {
	const last = taps + 16 * count;
	for (let at: usize = 0, end: usize = 8 * length; at < end; at += 64) {
		let a = f64x2.splat(0);
		let b = f64x2.splat(0);
		let c = f64x2.splat(0);
		let d = f64x2.splat(0);
		for (let tap = taps; tap < last; tap += 16) {
			const row = <usize>load<u32>(tap) + at;
			const by = v128.load64_splat(tap + 8);
			a = f64x2.add(a, tapAt(row, by));
			b = f64x2.add(b, tapAt(row + 16, by));
			c = f64x2.add(c, tapAt(row + 32, by));
			d = f64x2.add(d, tapAt(row + 48, by));
		}
		v128.store(result + at, a);
		v128.store(result + at, b, 16);
		v128.store(result + at, c, 32);
		v128.store(result + at, d, 48);
	}
}
