import { firstHalf, lastHalf } from "./lanes";

/** Before each of `count` pixels of three bytes, and behind the last, the sums of those to its left, of 32 bits. */
export function sumPixels(count: i32, pixels: usize, result: usize): void {
	let sum = i32x4.splat(0);
	const end = pixels + 3 * count;
	for (; pixels < end; pixels += 3, result += 12) {
		v128.store(result, sum);
		const words = i16x8.extend_low_i8x16_u(v128.load32_zero(pixels));
		sum = i32x4.add(sum, i32x4.extend_low_i16x8_u(words));
	}
	v128.store(result, sum);
}

/** Four numbers less four others. */
function difference(right: usize, left: usize): v128 {
	return i32x4.sub(v128.load(right), v128.load(left));
}

/** Four whole numbers as numbers of 64 bits. */
function storeDoubles(numbers: v128, result: usize): void {
	v128.store(result, firstHalf(numbers));
	v128.store(result, lastHalf(numbers), 16);
}

/**
 * `result[i] = sum_k (right_k[i] - left_k[i])`, of whole numbers of 32 bits; the results have 64.
 *
 * `taps` has two addresses for each of `count` pairs, of 32 bits. Writes up to 7 numbers too many.
 */
export function addDifferences(
	length: i32,
	taps: usize,
	count: i32,
	result: usize,
): void {
	const last = taps + 8 * count;
	for (let at: usize = 0, end: usize = 4 * length; at < end; at += 32) {
		let first = i32x4.splat(0);
		let second = i32x4.splat(0);
		for (let tap = taps; tap < last; tap += 8) {
			const left = <usize>load<u32>(tap) + at;
			const right = <usize>load<u32>(tap, 4) + at;
			first = i32x4.add(first, difference(right, left));
			second = i32x4.add(second, difference(right + 16, left + 16));
		}
		storeDoubles(first, result + 2 * at);
		storeDoubles(second, result + 2 * at + 32);
	}
}

/** The sums of four times eight bytes, of 16 bits; `addresses` has four, of 32 bits, to which `at` is added. */
function fourBytes(addresses: usize, at: usize): v128 {
	const above = i16x8.add(
		v128.load_ext<u8>(<usize>load<u32>(addresses) + at),
		v128.load_ext<u8>(<usize>load<u32>(addresses, 4) + at),
	);
	const below = i16x8.add(
		v128.load_ext<u8>(<usize>load<u32>(addresses, 8) + at),
		v128.load_ext<u8>(<usize>load<u32>(addresses, 12) + at),
	);
	return i16x8.add(above, below);
}

/** Adds to four numbers of 64 bits four whole ones, times a weight. */
function addFour(row: usize, numbers: v128, weight: v128): void {
	const first = f64x2.mul(weight, firstHalf(numbers));
	const last = f64x2.mul(weight, lastHalf(numbers));
	v128.store(row, f64x2.add(v128.load(row), first));
	v128.store(row, f64x2.add(v128.load(row, 16), last), 16);
}

/**
 * Adds to a row of numbers of 64 bits four rows of bytes, times a weight, for each of `count` fours in turn.
 *
 * `taps` has for each four addresses, of 32 bits, and a weight, of 64. Writes up to 7 numbers too many.
 */
export function addFours(
	length: i32,
	taps: usize,
	count: i32,
	row: usize,
): void {
	const last = taps + 24 * count;
	for (let at: usize = 0; at < <usize>length; at += 8) {
		for (let tap = taps; tap < last; tap += 24) {
			const words = fourBytes(tap, at);
			const weight = v128.load64_splat(tap + 16);
			const to = row + 8 * at;
			addFour(to, i32x4.extend_low_i16x8_u(words), weight);
			addFour(to + 32, i32x4.extend_high_i16x8_u(words), weight);
		}
	}
}
