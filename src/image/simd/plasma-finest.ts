import { firstDoubles, lastDoubles, toSingles } from "./lanes";

// The last halving of the step fills three of four points: each second one of a row, four at a time.

/** Of eight 32-bit numbers, those at even places. */
function evens(at: usize): v128 {
	return i32x4.shuffle(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

/** Of eight 32-bit numbers, those at odd places. */
function odds(at: usize): v128 {
	return i32x4.shuffle(v128.load(at), v128.load(at, 16), 1, 3, 5, 7);
}

/** The four even places behind the first ones; at the end of a row, its first number is the last of them. */
function evensBehind(row: usize, x: usize, end: usize): v128 {
	const four = evens(row + x + 8);
	if (x + 32 < end) return four;
	return f32x4.replace_lane(four, 3, load<f32>(row));
}

/** Two sums of four numbers, a quarter of them and noise. */
function half(a: v128, b: v128, c: v128, d: v128, noise: v128): v128 {
	const sum = f64x2.add(f64x2.add(f64x2.add(a, b), c), d);
	return f64x2.add(f64x2.mul(sum, f64x2.splat(0.25)), noise);
}

/** Means of four numbers each, and `wibble` times four 64-bit numbers. */
function means(
	a: v128,
	b: v128,
	c: v128,
	d: v128,
	wibble: v128,
	noise: usize,
): v128 {
	return toSingles(
		half(
			firstDoubles(a),
			firstDoubles(b),
			firstDoubles(c),
			firstDoubles(d),
			f64x2.mul(wibble, v128.load(noise)),
		),
		half(
			lastDoubles(a),
			lastDoubles(b),
			lastDoubles(c),
			lastDoubles(d),
			f64x2.mul(wibble, v128.load(noise, 16)),
		),
	);
}

/** Stores four numbers at even places and four at odd ones. */
function storeInTurn(at: usize, even: v128, odd: v128): void {
	v128.store(at, i32x4.shuffle(even, odd, 0, 4, 1, 5));
	v128.store(at, i32x4.shuffle(even, odd, 2, 6, 3, 7), 16);
}

/** The odd points of an odd row, of `end` bytes, by diagonal neighbors; even ones become anything. */
function fillDiagonal(
	above: usize,
	here: usize,
	below: usize,
	end: usize,
	wibble: v128,
	noise: usize,
): void {
	for (let x: usize = 0; x < end; x += 32, noise += 32) {
		const made = means(
			evens(above + x),
			evensBehind(above, x, end),
			evens(below + x),
			evensBehind(below, x, end),
			wibble,
			noise,
		);
		storeInTurn(here + x, made, made);
	}
}

/** The odd points of an even row. */
function fillOdd(
	above: usize,
	here: usize,
	below: usize,
	end: usize,
	wibble: v128,
	noise: usize,
): void {
	for (let x: usize = 0; x < end; x += 32, noise += 32) {
		const left = evens(here + x);
		const right = evensBehind(here, x, end);
		const made = means(
			odds(above + x),
			odds(below + x),
			left,
			right,
			wibble,
			noise,
		);
		storeInTurn(here + x, left, made);
	}
}

/** The even points of an odd row. */
function fillEven(
	above: usize,
	here: usize,
	below: usize,
	end: usize,
	wibble: v128,
	noise: usize,
): void {
	let before = load<f32>(here + end - 4);
	for (let x: usize = 0; x < end; x += 32, noise += 32) {
		const right = odds(here + x);
		const shifted = i32x4.shuffle(right, right, 0, 0, 1, 2);
		const left = f32x4.replace_lane(shifted, 0, before);
		before = f32x4.extract_lane(right, 3);
		const made = means(
			evens(above + x),
			evens(below + x),
			left,
			right,
			wibble,
			noise,
		);
		storeInTurn(here + x, made, right);
	}
}

/** As `fillPoints` where `half` is 1, for sides of at least 8 points. */
export function fillFinest(
	heights: usize,
	side: i32,
	row: i32,
	rows: i32,
	column: i32,
	wibble: f64,
	noise: usize,
): void {
	const end: usize = 4 * side;
	const wibbles = f64x2.splat(wibble);
	for (; rows > 0; rows--, row += 2, noise += end) {
		const here = heights + end * row;
		const above = heights + end * ((row - 1) & (side - 1));
		const below = heights + end * ((row + 1) & (side - 1));
		if (column === 0) fillEven(above, here, below, end, wibbles, noise);
		else if (row & 1) fillDiagonal(above, here, below, end, wibbles, noise);
		else fillOdd(above, here, below, end, wibbles, noise);
	}
}
