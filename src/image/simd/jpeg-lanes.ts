// The exact integers of libjpeg's accurate method (Loeffler, Ligtenberg and Moschytz, with 13-bit constants), multiplied
// out: sums of 32 bits are the same in any order. A block is 64 numbers of 16 bits, row by row; sums are 64 of 32 bits.

/** The neighbors of two vectors in turn: of their first halves, or their last. */
export function pairsLow(a: v128, b: v128): v128 {
	return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

export function pairsHigh(a: v128, b: v128): v128 {
	return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

export function foursLow(a: v128, b: v128): v128 {
	return i32x4.shuffle(a, b, 0, 4, 1, 5);
}

export function foursHigh(a: v128, b: v128): v128 {
	return i32x4.shuffle(a, b, 2, 6, 3, 7);
}

export function bytesLow(a: v128, b: v128): v128 {
	// biome-ignore format: in turn
	return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

export function bytesHigh(a: v128, b: v128): v128 {
	// biome-ignore format: in turn
	return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Two weights of 16 bits, over and over. */
function weights(first: i32, second: i32): v128 {
	return i32x4.splat((first & 0xffff) | (second << 16));
}

/** The sums of pairs with their weights. */
export function dot(pairs: v128, first: i32, second: i32): v128 {
	return i32x4.dot_i16x8_s(pairs, weights(first, second));
}

/** Eight sums as numbers of 16 bits, without their last 11 bits. */
function cut(sums: usize): v128 {
	return i16x8.narrow_i32x4_s(
		i32x4.shr_s(v128.load(sums), 11),
		i32x4.shr_s(v128.load(sums, 16), 11),
	);
}

/** Cuts sums of a first pass to a block, rows for columns. */
export function transposeSums(sums: usize, to: usize): void {
	const r0 = cut(sums);
	const r1 = cut(sums + 32);
	const r2 = cut(sums + 64);
	const r3 = cut(sums + 96);
	const r4 = cut(sums + 128);
	const r5 = cut(sums + 160);
	const r6 = cut(sums + 192);
	const r7 = cut(sums + 224);
	transposeFours(
		pairsLow(r0, r1),
		pairsLow(r2, r3),
		pairsLow(r4, r5),
		pairsLow(r6, r7),
		to,
	);
	transposeFours(
		pairsHigh(r0, r1),
		pairsHigh(r2, r3),
		pairsHigh(r4, r5),
		pairsHigh(r6, r7),
		to + 64,
	);
}

/** The last two steps of a transposition: four rows of the result. */
function transposeFours(a: v128, b: v128, c: v128, d: v128, to: usize): void {
	const ab = foursLow(a, b);
	const cd = foursLow(c, d);
	v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
	v128.store(to, i64x2.shuffle(ab, cd, 1, 3), 16);
	const abHigh = foursHigh(a, b);
	const cdHigh = foursHigh(c, d);
	v128.store(to, i64x2.shuffle(abHigh, cdHigh, 0, 2), 32);
	v128.store(to, i64x2.shuffle(abHigh, cdHigh, 1, 3), 48);
}
