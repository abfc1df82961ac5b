import { mix, toSingles, twoDoubles } from "./lanes";

/** Bytes as numbers of 32 bits in [0, 1]: each divided by 255. Writes up to 7 numbers too many. */
export function bytesToUnits(count: i32, bytes: usize, result: usize): void {
	const by = f32x4.splat(255);
	for (const end = bytes + count; bytes < end; bytes += 8, result += 32) {
		const words = v128.load_ext<u8>(bytes);
		const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
		const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words));
		v128.store(result, f32x4.div(low, by));
		v128.store(result, f32x4.div(high, by), 16);
	}
}

/** Magnifies a row; `taps` to `end` as in `addMagnified`. Four zeros follow. */
function stretch(row: usize, taps: usize, end: usize, result: usize): void {
	const one = f64x2.splat(1);
	for (; taps < end; taps += 16, result += 24) {
		const from = row + load<u32>(taps);
		const far = v128.load64_splat(taps + 8);
		const near = f64x2.sub(one, far);
		const start = mix(twoDoubles(from), near, twoDoubles(from + 12), far);
		const rest = mix(twoDoubles(from + 8), near, twoDoubles(from + 20), far);
		v128.store(result, start);
		v128.store(result + 16, rest);
	}
	v128.store(result, f64x2.splat(0));
	v128.store(result + 16, f64x2.splat(0));
}

/** Adds to numbers of 32 bits the mix of two rows of numbers of 64, rounded first. */
function addMix(
	sums: usize,
	upper: usize,
	lower: usize,
	down: f64,
	length: usize,
): void {
	const far = f64x2.splat(down);
	const near = f64x2.sub(f64x2.splat(1), far);
	for (let at: usize = 0; at < length; at += 4) {
		const above = upper + 8 * at;
		const below = lower + 8 * at;
		const first = mix(v128.load(above), near, v128.load(below), far);
		const last = mix(v128.load(above, 16), near, v128.load(below, 16), far);
		const sum = sums + 4 * at;
		v128.store(sum, f32x4.add(v128.load(sum), toSingles(first, last)));
	}
}

/**
 * Magnifies rows of pixels of three numbers of 32 bits, linearly in 64, and adds what comes out, rounded, to `sums`.
 *
 * `down` and `across` have for each of `rows` and `columns` results where its first row or pixel lies, in bytes from
 * `source` or from its row, of 32 bits, four bytes of nothing, and the weight of the second, of 64. Rows of the source
 * and of `sums` lie `stride` bytes apart, a multiple of 16. There is room for two rows of `24 · columns + 32` bytes
 * from `room`.
 */
export function addMagnified(
	rows: i32,
	sums: usize,
	stride: usize,
	source: usize,
	down: usize,
	across: usize,
	columns: i32,
	room: usize,
): void {
	const end = across + 16 * columns;
	let upper = room;
	let lower = room + 24 * columns + 32;
	let upperFrom: usize = 0;
	let lowerFrom: usize = 0;
	for (; rows > 0; rows--, down += 16, sums += stride) {
		const from = source + load<u32>(down);
		if (upperFrom !== from) {
			const other = upper;
			upper = lower;
			lower = other;
			const otherFrom = upperFrom;
			upperFrom = lowerFrom;
			lowerFrom = otherFrom;
		}
		if (upperFrom !== from) {
			stretch(from, across, end, upper);
			upperFrom = from;
		}
		if (lowerFrom !== from + stride) {
			lowerFrom = from + stride;
			stretch(lowerFrom, across, end, lower);
		}
		addMix(sums, upper, lower, load<f64>(down + 8), 3 * columns);
	}
}

/** Four sums and numbers of the source, added, divided and as whole numbers of at most 255. */
function fourMeans(source: usize, sums: usize, by: v128): v128 {
	const sum = f32x4.add(v128.load(source), v128.load(sums));
	const mean = f32x4.min(f32x4.div(sum, by), f32x4.splat(1));
	return i32x4.trunc_sat_f32x4_u(f32x4.mul(mean, f32x4.splat(255)));
}

/** The means of `divisor` numbers in [0, 1], which are one of the source and those in a sum, as bytes. */
export function meansToBytes(
	count: i32,
	source: usize,
	sums: usize,
	divisor: f32,
	result: usize,
): void {
	const by = f32x4.splat(divisor);
	for (let at = 0; at < count; at += 8) {
		const words = i16x8.narrow_i32x4_s(
			fourMeans(source + 4 * at, sums + 4 * at, by),
			fourMeans(source + 4 * at + 16, sums + 4 * at + 16, by),
		);
		v128.store64_lane(result + at, i8x16.narrow_i16x8_u(words, words), 0);
	}
}
