import {
	cutDown,
	firstDoubles,
	firstHalf,
	lastDoubles,
	lastHalf,
	loadBytes,
	storeBytes,
	toSingles,
} from "./lanes";

/**
 * Sets every `2 · half`-th point of some rows of a square of 32-bit heights, from a column on, to the mean of its four
 * neighbors and `wibble` times a number of 64 bits.
 *
 * Rows from `row` on, every `2 · half`-th. The neighbors lie `half` points away, diagonally or beside and above; the
 * square wraps around.
 */
export function fillPoints(
	heights: usize,
	side: i32,
	half: i32,
	row: i32,
	rows: i32,
	column: i32,
	isDiagonal: bool,
	wibble: f64,
	noise: usize,
): void {
	const mask = side - 1;
	const step = 2 * half;
	for (; rows > 0; rows--, row += step) {
		const here = heights + 4 * row * side;
		const above = heights + 4 * ((row - half) & mask) * side;
		const below = heights + 4 * ((row + half) & mask) * side;
		for (let x = column; x < side; x += step, noise += 8) {
			const left: usize = 4 * ((x - half) & mask);
			const right: usize = 4 * ((x + half) & mask);
			const at: usize = 4 * x;
			const sum = isDiagonal
				? f64(load<f32>(above + left)) +
					f64(load<f32>(above + right)) +
					f64(load<f32>(below + left)) +
					f64(load<f32>(below + right))
				: f64(load<f32>(above + at)) +
					f64(load<f32>(below + at)) +
					f64(load<f32>(here + left)) +
					f64(load<f32>(here + right));
			store<f32>(here + at, f32(sum * 0.25 + wibble * load<f64>(noise)));
		}
	}
}

/** Widens a range, four lowest and four highest numbers of 32 bits, by heights, a multiple of four of them. */
export function widenRange(heights: usize, count: i32, range: usize): void {
	let lowest = v128.load(range);
	let highest = v128.load(range, 16);
	for (const end = heights + 4 * count; heights < end; heights += 16) {
		const four = v128.load(heights);
		lowest = f32x4.pmin(lowest, four);
		highest = f32x4.pmax(highest, four);
	}
	v128.store(range, lowest);
	v128.store(range, highest, 16);
}

/** Two levels of an image under fog, of 0 to 1, as levels. */
function foggy(levels: v128, haze: v128, white: v128, whole: v128): v128 {
	const clear = f64x2.div(levels, f64x2.splat(255));
	const mixed = f64x2.mul(f64x2.add(clear, haze), white);
	const inside = f64x2.pmin(f64x2.div(mixed, whole), f64x2.splat(1));
	return f64x2.mul(inside, f64x2.splat(255));
}

/**
 * Lays fog over pixels: `min(1, (x + haze) · white / whole)`, where `haze` is `thickness` times the height above the
 * lowest, as a share.
 */
export function layFog(
	levels: usize,
	count: i32,
	heights: usize,
	lowest: f64,
	scale: f64,
	thickness: f64,
	white: f64,
	whole: f64,
): void {
	const whites = f64x2.splat(white);
	const wholes = f64x2.splat(whole);
	const lows = f64x2.splat(lowest);
	const scales = f64x2.splat(scale);
	const thick = f64x2.splat(thickness);
	for (const end = levels + count; levels < end; levels += 12, heights += 16) {
		const four = v128.load(heights);
		const shares = toSingles(
			f64x2.mul(f64x2.sub(firstDoubles(four), lows), scales),
			f64x2.mul(f64x2.sub(lastDoubles(four), lows), scales),
		);
		const near = f64x2.mul(firstDoubles(shares), thick);
		const far = f64x2.mul(lastDoubles(shares), thick);
		const first = loadBytes(levels);
		const second = loadBytes(levels + 4);
		const third = loadBytes(levels + 8);
		const a = foggy(
			firstHalf(first),
			i64x2.shuffle(near, near, 0, 0),
			whites,
			wholes,
		);
		const b = foggy(lastHalf(first), near, whites, wholes);
		const c = foggy(
			firstHalf(second),
			i64x2.shuffle(near, near, 1, 1),
			whites,
			wholes,
		);
		const d = foggy(
			lastHalf(second),
			i64x2.shuffle(far, far, 0, 0),
			whites,
			wholes,
		);
		const e = foggy(firstHalf(third), far, whites, wholes);
		const f = foggy(
			lastHalf(third),
			i64x2.shuffle(far, far, 1, 1),
			whites,
			wholes,
		);
		storeBytes(levels, cutDown(a, b));
		storeBytes(levels + 4, cutDown(c, d));
		storeBytes(levels + 8, cutDown(e, f));
	}
}
