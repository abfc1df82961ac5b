import { mix, toSingles, twoDoubles } from "./lanes";

/** The index inside `[0, size)` that stands for any index: `b a | a b c`. */
function reflected(index: i32, size: i32): i32 {
	if (<u32>index < <u32>size) return index;
	const period = 2 * size;
	const phase = ((index % period) + period) % period;
	return phase < size ? phase : period - 1 - phase;
}

/** Of 32-bit numbers in [0, 1], what stands before the point of 255 times as many: bytes, and up to 7 too many. */
export function unitsToBytes(count: i32, units: usize, result: usize): void {
	const white = f32x4.splat(255);
	for (const end = result + count; result < end; result += 8, units += 32) {
		const first = f32x4.mul(v128.load(units), white);
		const last = f32x4.mul(v128.load(units, 16), white);
		const words = i16x8.narrow_i32x4_s(
			i32x4.trunc_sat_f32x4_s(first),
			i32x4.trunc_sat_f32x4_s(last),
		);
		v128.store64_lane(result, i8x16.narrow_i16x8_u(words, words), 0);
	}
}

// Of each pixel, 32 bytes: where the four pixels are between which it comes from, and how far right and down, in 64 bits.

/**
 * Finds where pixels of a row `y` come from; `across` and `down` have for each, in 32 bits, how far away that is, in
 * pixels. The image has three numbers of 32 bits a pixel, and is reflected at the edges.
 */
export function findSources(
	source: usize,
	height: i32,
	width: i32,
	y: i32,
	across: usize,
	down: usize,
	result: usize,
): void {
	const stride = 12 * width;
	for (let x = 0; x < width; x++, across += 4, down += 4, result += 32) {
		const moves = f64x2.splat(load<f32>(across));
		const place = f64x2.add(
			f64x2.replace_lane(f64x2.splat(x), 1, y),
			f64x2.replace_lane(moves, 1, load<f32>(down)),
		);
		const floors = f64x2.floor(place);
		const corner = i32x4.trunc_sat_f64x2_s_zero(floors);
		const column = i32x4.extract_lane(corner, 0);
		const row = i32x4.extract_lane(corner, 1);
		const left = 12 * reflected(column, width);
		const next = 12 * reflected(column + 1, width);
		const upper = source + stride * reflected(row, height);
		const lower = source + stride * reflected(row + 1, height);
		store<u32>(result, <u32>(upper + left));
		store<u32>(result, <u32>(upper + next), 4);
		store<u32>(result, <u32>(lower + left), 8);
		store<u32>(result, <u32>(lower + next), 12);
		v128.store(result, f64x2.sub(place, floors), 16);
	}
}

/** Mixes pixels linearly, between those that `findSources` found: three numbers of 32 bits each, and one too many. */
export function mixSources(count: i32, sources: usize, result: usize): void {
	const one = f64x2.splat(1);
	const end = sources + 32 * count;
	for (; sources < end; sources += 32, result += 12) {
		const upper = <usize>load<u32>(sources);
		const beside = <usize>load<u32>(sources, 4);
		const lower = <usize>load<u32>(sources, 8);
		const across = <usize>load<u32>(sources, 12);
		const right = v128.load64_splat(sources + 16);
		const below = v128.load64_splat(sources + 24);
		const left = f64x2.sub(one, right);
		const above = f64x2.sub(one, below);
		const first = mix(
			mix(twoDoubles(upper), left, twoDoubles(beside), right),
			above,
			mix(twoDoubles(lower), left, twoDoubles(across), right),
			below,
		);
		const last = mix(
			mix(twoDoubles(upper + 8), left, twoDoubles(beside + 8), right),
			above,
			mix(twoDoubles(lower + 8), left, twoDoubles(across + 8), right),
			below,
		);
		v128.store(result, toSingles(first, last));
	}
}
