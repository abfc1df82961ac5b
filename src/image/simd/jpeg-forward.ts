import {
	bytesLow,
	dot,
	foursHigh,
	foursLow,
	pairsHigh,
	pairsLow,
	transposeSums,
} from "./jpeg-lanes";

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

/** The first pass: sums of the rows of 8 x 8 bytes, minus 128. */
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

/** Two rows, their bytes in turn. */
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
