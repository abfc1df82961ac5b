import {
	bytesHigh,
	bytesLow,
	dot,
	foursHigh,
	foursLow,
	pairsHigh,
	pairsLow,
	transposeSums,
} from "./jpeg-lanes";

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
