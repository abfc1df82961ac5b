import {
	cutDown,
	firstHalf,
	lastHalf,
	loadBytes,
	storeBytes,
	toLevels,
} from "./lanes";

/** Adds 64-bit noise to bytes, where these range from 0 to 1. */
export function addNoise(levels: usize, noise: usize, count: i32): void {
	const white = f64x2.splat(255);
	for (const end = levels + count; levels < end; levels += 4, noise += 32) {
		const bytes = loadBytes(levels);
		const first = f64x2.div(firstHalf(bytes), white);
		const last = f64x2.div(lastHalf(bytes), white);
		const noisy = cutDown(
			toLevels(f64x2.add(first, v128.load(noise))),
			toLevels(f64x2.add(last, v128.load(noise, 16))),
		);
		storeBytes(levels, noisy);
	}
}

/** Adds 64-bit noise in proportion to bytes, where these range from 0 to 1. */
export function addSpeckles(levels: usize, noise: usize, count: i32): void {
	const white = f64x2.splat(255);
	for (const end = levels + count; levels < end; levels += 4, noise += 32) {
		const bytes = loadBytes(levels);
		const first = f64x2.div(firstHalf(bytes), white);
		const last = f64x2.div(lastHalf(bytes), white);
		const added = f64x2.mul(first, v128.load(noise));
		const others = f64x2.mul(last, v128.load(noise, 16));
		const noisy = cutDown(
			toLevels(f64x2.add(first, added)),
			toLevels(f64x2.add(last, others)),
		);
		storeBytes(levels, noisy);
	}
}

/** Which of four 64-bit numbers are at most as large as a limit: a byte of ones for each, in the first four. */
function within(noise: usize, limit: v128): v128 {
	const first = f64x2.le(v128.load(noise), limit);
	const last = f64x2.le(v128.load(noise, 16), limit);
	// biome-ignore format: as they lie
	return i8x16.shuffle(first, last, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24);
}

/** Makes bytes white where the chance is at most `white`, and else black where it is at most `amount`. */
export function addImpulses(
	levels: usize,
	chances: usize,
	count: i32,
	amount: f64,
	white: f64,
): void {
	const all = f64x2.splat(amount);
	const some = f64x2.splat(white);
	for (const end = levels + count; levels < end; levels += 4, chances += 32) {
		const kept = v128.andnot(v128.load32_zero(levels), within(chances, all));
		const noisy = v128.or(kept, within(chances, some));
		v128.store32_lane(levels, noisy, 0);
	}
}

/** Replaces bytes by those of a table, where counts of 16 bits say; counts beyond `most` are that. */
export function lookUpCounts(
	levels: usize,
	counts: usize,
	count: i32,
	table: usize,
	most: u32,
): void {
	for (const end = levels + count; levels < end; levels++, counts += 2)
		store<u8>(levels, load<u8>(table + min<u32>(load<u16>(counts), most)));
}
