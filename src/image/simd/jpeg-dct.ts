// The exact integers of libjpeg's accurate method (Loeffler, Ligtenberg and Moschytz, with 13-bit constants), multiplied
// out: sums of 32 bits are the same in any order. A block is 64 numbers of 16 bits, row by row; sums are 64 of 32 bits.

/** The neighbors of two vectors in turn: of their first halves, or their last. */
function pairsLow(a: v128, b: v128): v128 {
	return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function pairsHigh(a: v128, b: v128): v128 {
	return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function foursLow(a: v128, b: v128): v128 {
	return i32x4.shuffle(a, b, 0, 4, 1, 5);
}

function foursHigh(a: v128, b: v128): v128 {
	return i32x4.shuffle(a, b, 2, 6, 3, 7);
}

function bytesLow(a: v128, b: v128): v128 {
	// biome-ignore format: in turn
	return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function bytesHigh(a: v128, b: v128): v128 {
	// biome-ignore format: in turn
	return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Two weights of 16 bits, over and over. */
function weights(first: i32, second: i32): v128 {
	return i32x4.splat((first & 0xffff) | (second << 16));
}

/** The sums of pairs with their weights. */
function dot(pairs: v128, first: i32, second: i32): v128 {
	return i32x4.dot_i16x8_s(pairs, weights(first, second));
}

/** Four columns of a forward transform: sums and differences of opposite rows, in pairs, to sums 32 bytes apart. */
function forwardHalf(
	sum03: v128,
	sum12: v128,
	d01: v128,
	d23: v128,
	round: v128,
	to: usize,
): void {
	const mean = i32x4.add(dot(sum03, 8192, 8192), round);
	const turn = i32x4.add(dot(sum03, 10703, -10703), round);
	const meanOther = dot(sum12, 8192, 8192);
	const turnOther = dot(sum12, 4433, -4433);
	const flip = i32x4.add(dot(sum03, 4433, -4433), round);
	const flipOther = dot(sum12, 10704, -10704);
	v128.store(to, i32x4.add(mean, meanOther));
	v128.store(to, i32x4.add(turn, turnOther), 64);
	v128.store(to, i32x4.sub(mean, meanOther), 128);
	v128.store(to, i32x4.sub(flip, flipOther), 192);
	const odd1 = i32x4.add(dot(d01, 11363, 9633), dot(d23, 6437, 2260));
	const odd3 = i32x4.add(dot(d01, 9633, -2259), dot(d23, -11362, -6436));
	const odd5 = i32x4.add(dot(d01, 6437, -11362), dot(d23, 2261, 9633));
	const odd7 = i32x4.add(dot(d01, 2260, -6436), dot(d23, 9633, -11363));
	v128.store(to, i32x4.add(odd1, round), 32);
	v128.store(to, i32x4.add(odd3, round), 96);
	v128.store(to, i32x4.add(odd5, round), 160);
	v128.store(to, i32x4.add(odd7, round), 224);
}

// biome-ignore format: eight vectors
function forwardSums(
	a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128,
	round: v128,
	to: usize,
): void {
	const sum0 = i16x8.add(a, h);
	const sum1 = i16x8.add(b, g);
	const sum2 = i16x8.add(c, f);
	const sum3 = i16x8.add(d, e);
	const d0 = i16x8.sub(a, h);
	const d1 = i16x8.sub(b, g);
	const d2 = i16x8.sub(c, f);
	const d3 = i16x8.sub(d, e);
	forwardHalf(
		pairsLow(sum0, sum3),
		pairsLow(sum1, sum2),
		pairsLow(d0, d1),
		pairsLow(d2, d3),
		round,
		to,
	);
	forwardHalf(
		pairsHigh(sum0, sum3),
		pairsHigh(sum1, sum2),
		pairsHigh(d0, d1),
		pairsHigh(d2, d3),
		round,
		to + 16,
	);
}

/** Eight sums as numbers of 16 bits, without their last 11 bits. */
function cut(sums: usize): v128 {
	return i16x8.narrow_i32x4_s(
		i32x4.shr_s(v128.load(sums), 11),
		i32x4.shr_s(v128.load(sums, 16), 11),
	);
}

/** Cuts sums of a first pass to a block, rows for columns. */
function transposeSums(sums: usize, to: usize): void {
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

/** Stores the pairs of bytes of rows as columns of numbers around 0, through `forwardSums`. */
function forwardRows(samples: usize, stride: usize, sums: usize): void {
	const below = samples + 4 * stride;
	const flip = i8x16.splat(-128);
	const r01 = rowPair(samples, stride);
	const r23 = rowPair(samples + 2 * stride, stride);
	const r45 = rowPair(below, stride);
	const r67 = rowPair(below + 2 * stride, stride);
	const top = v128.xor(pairsLow(r01, r23), flip);
	const topRight = v128.xor(pairsHigh(r01, r23), flip);
	const bottom = v128.xor(pairsLow(r45, r67), flip);
	const bottomRight = v128.xor(pairsHigh(r45, r67), flip);
	const c01 = foursLow(top, bottom);
	const c23 = foursHigh(top, bottom);
	const c45 = foursLow(topRight, bottomRight);
	const c67 = foursHigh(topRight, bottomRight);
	forwardSums(
		i16x8.extend_low_i8x16_s(c01),
		i16x8.extend_high_i8x16_s(c01),
		i16x8.extend_low_i8x16_s(c23),
		i16x8.extend_high_i8x16_s(c23),
		i16x8.extend_low_i8x16_s(c45),
		i16x8.extend_high_i8x16_s(c45),
		i16x8.extend_low_i8x16_s(c67),
		i16x8.extend_high_i8x16_s(c67),
		i32x4.splat(1 << 10),
		sums,
	);
}

function rowPair(samples: usize, stride: usize): v128 {
	return bytesLow(
		v128.load64_zero(samples),
		v128.load64_zero(samples + stride),
	);
}

/**
 * The forward transform of 8 x 8 bytes, minus 128, in whole steps, of which halves count as one.
 *
 * `factors` are 64 floats: the inverses of 8 times the steps, larger by 1/16384. The results are less than 16,384 steps.
 */
export function forwardBlock(
	samples: usize,
	stride: usize,
	factors: usize,
	block: usize,
	sums: usize,
): void {
	forwardRows(samples, stride, sums);
	transposeSums(sums, block);
	forwardSums(
		v128.load(block),
		v128.load(block, 16),
		v128.load(block, 32),
		v128.load(block, 48),
		v128.load(block, 64),
		v128.load(block, 80),
		v128.load(block, 96),
		v128.load(block, 112),
		i32x4.splat(1 << 14),
		sums,
	);
	for (let i: usize = 0; i < 128; i += 16) {
		const left = steps(sums + 2 * i, factors + 2 * i);
		const right = steps(sums + 2 * i + 16, factors + 2 * i + 16);
		// biome-ignore format: the lower 16 bits of each
		v128.store(block + i, i16x8.shuffle(left, right, 0, 2, 4, 6, 8, 10, 12, 14));
	}
}

/** Four sums in steps: in the lower bits of floats that have none behind the point. */
function steps(sums: usize, factors: usize): v128 {
	const numbers = f32x4.convert_i32x4_s(i32x4.shr_s(v128.load(sums), 15));
	const noFraction = f32x4.splat(12582912);
	return f32x4.add(f32x4.mul(numbers, v128.load(factors)), noFraction);
}

/** Four columns of an inverse transform: pairs of rows to sums 32 bytes apart. */
function inverseHalf(
	c04: v128,
	c26: v128,
	c13: v128,
	c57: v128,
	round: v128,
	to: usize,
): void {
	const sum = i32x4.add(dot(c04, 8192, 8192), round);
	const difference = i32x4.add(dot(c04, 8192, -8192), round);
	const b = dot(c26, 10703, 4433);
	const a = dot(c26, 4433, -10704);
	const even0 = i32x4.add(sum, b);
	const even1 = i32x4.add(difference, a);
	const even2 = i32x4.sub(difference, a);
	const even3 = i32x4.sub(sum, b);
	const odd0 = i32x4.add(dot(c13, 11363, 9633), dot(c57, 6437, 2260));
	const odd1 = i32x4.add(dot(c13, 9633, -2259), dot(c57, -11362, -6436));
	const odd2 = i32x4.add(dot(c13, 6437, -11362), dot(c57, 2261, 9633));
	const odd3 = i32x4.add(dot(c13, 2260, -6436), dot(c57, 9633, -11363));
	v128.store(to, i32x4.add(even0, odd0));
	v128.store(to, i32x4.add(even1, odd1), 32);
	v128.store(to, i32x4.add(even2, odd2), 64);
	v128.store(to, i32x4.add(even3, odd3), 96);
	v128.store(to, i32x4.sub(even3, odd3), 128);
	v128.store(to, i32x4.sub(even2, odd2), 160);
	v128.store(to, i32x4.sub(even1, odd1), 192);
	v128.store(to, i32x4.sub(even0, odd0), 224);
}

function inverseSums(block: usize, round: v128, to: usize): void {
	const c0 = v128.load(block);
	const c1 = v128.load(block, 16);
	const c2 = v128.load(block, 32);
	const c3 = v128.load(block, 48);
	const c4 = v128.load(block, 64);
	const c5 = v128.load(block, 80);
	const c6 = v128.load(block, 96);
	const c7 = v128.load(block, 112);
	inverseHalf(
		pairsLow(c0, c4),
		pairsLow(c2, c6),
		pairsLow(c1, c3),
		pairsLow(c5, c7),
		round,
		to,
	);
	inverseHalf(
		pairsHigh(c0, c4),
		pairsHigh(c2, c6),
		pairsHigh(c1, c3),
		pairsHigh(c5, c7),
		round,
		to + 16,
	);
}

/** Eight sums of the last pass as numbers of 16 bits. */
function whole(sums: usize): v128 {
	return i16x8.narrow_i32x4_s(
		i32x4.shr_s(v128.load(sums), 18),
		i32x4.shr_s(v128.load(sums, 16), 18),
	);
}

/** As libjpeg without SIMD, whose table for cutting off has 1024 entries: numbers beyond begin anew. */
function wrapped(numbers: v128): v128 {
	return i16x8.shr_s(i16x8.shl(numbers, 6), 6);
}

/** Columns x and x + 4 of the results, as bytes around 0. */
function columnPair(sums: usize, isWrapped: bool): v128 {
	const left = whole(sums);
	const right = whole(sums + 128);
	return isWrapped
		? i8x16.narrow_i16x8_s(wrapped(left), wrapped(right))
		: i8x16.narrow_i16x8_s(left, right);
}

/** What the sizes of a block's coefficients may come to: of more, numbers of 16 bits might not hold what they become. */
export const mostOfBlock: i32 = 5900;

/**
 * The inverse transform of a block to 8 x 8 bytes, plus 128. The sizes of its coefficients come to at most
 * `mostOfBlock`, or to what they are after `forwardBlock`. The block is overwritten.
 */
export function inverseBlock(
	block: usize,
	sums: usize,
	samples: usize,
	stride: usize,
	isWrapped: bool,
): void {
	inverseSums(block, i32x4.splat(1 << 10), sums);
	transposeSums(sums, block);
	inverseSums(block, i32x4.splat(1 << 17), sums);
	const x04 = columnPair(sums, isWrapped);
	const x15 = columnPair(sums + 32, isWrapped);
	const x26 = columnPair(sums + 64, isWrapped);
	const x37 = columnPair(sums + 96, isWrapped);
	const x01 = bytesLow(x04, x15);
	const x23 = bytesLow(x26, x37);
	const x45 = bytesHigh(x04, x15);
	const x67 = bytesHigh(x26, x37);
	storeRows(samples, stride, pairsLow(x01, x23), pairsLow(x45, x67));
	storeRows(
		samples + 4 * stride,
		stride,
		pairsHigh(x01, x23),
		pairsHigh(x45, x67),
	);
}

/** Four rows, of which each vector has one half. */
function storeRows(to: usize, stride: usize, left: v128, right: v128): void {
	const flip = i8x16.splat(-128);
	const upper = v128.xor(foursLow(left, right), flip);
	const lower = v128.xor(foursHigh(left, right), flip);
	v128.store64_lane(to, upper, 0);
	v128.store64_lane(to + stride, upper, 1);
	v128.store64_lane(to + 2 * stride, lower, 0);
	v128.store64_lane(to + 3 * stride, lower, 1);
}

/** As `inverseBlock`, of a block that has nothing but a mean: libjpeg begins anew beyond 10 bits. */
export function fillBlock(mean: i32, samples: usize, stride: usize): void {
	const level = (((((mean << 2) + 16) >> 5) << 22) >> 22) + 128;
	const bytes = i8x16.splat(<i8>max(0, min(255, level)));
	for (let y = 0; y < 8; y++, samples += stride)
		v128.store64_lane(samples, bytes, 0);
}
