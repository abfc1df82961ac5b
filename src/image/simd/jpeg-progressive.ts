import { isInside, takeBits, takeCode } from "./jpeg-bits";
import { inverseBlock, mostOfBlock } from "./jpeg-dct";
import { signed } from "./jpeg-huffman";

/** How many blocks more have nothing new. */
let idle: i32 = 0;

/** Forgets of blocks that have nothing new: at the start, and after restarts. */
export function startParts(): void {
	idle = 0;
}

/** How many blocks have nothing new, this one included, by a code with no size. */
function idleBlocks(power: i32): i32 {
	return (1 << power) + (power > 0 ? takeBits(power) : 0);
}

/** Where a coefficient is, by its number in the file. */
function placeOf(channel: usize, block: usize, k: i32): usize {
	const step = load<i32>(<usize>load<u32>(channel, 16) + (k << 2));
	return block + ((step >> 16) << 1);
}

function decodeMean(channel: usize, block: usize, low: i32): bool {
	const entry = takeCode(load<u32>(channel, 20));
	if (entry === 0) return false;
	const size = entry >> 8;
	let mean = load<i32>(channel, 28);
	if (size > 0) mean += signed(takeBits(size), size);
	if (abs(mean) > <i32>i16.MAX_VALUE) return false;
	store<i32>(channel, mean, 28);
	store<i16>(block, mean << low);
	return true;
}

function decodeDetails(
	channel: usize,
	block: usize,
	first: i32,
	last: i32,
	low: i32,
): bool {
	if (idle > 0) {
		idle--;
		return true;
	}
	const table = <usize>load<u32>(channel, 24);
	for (let k = first; k <= last; k++) {
		const entry = takeCode(table);
		if (entry === 0) return false;
		const zeros = entry >> 12;
		const size = (entry >> 8) & 15;
		if (size === 0 && zeros < 15) {
			idle = idleBlocks(zeros) - 1;
			break;
		}
		k += zeros;
		if (size === 0) continue;
		if (k > last) return false;
		const number = signed(takeBits(size), size);
		store<i16>(placeOf(channel, block, k), number << low);
	}
	return true;
}

/** Adds a bit to a coefficient that is there, if the file says so. */
function refine(place: usize, bit: i32): void {
	const number = <i32>load<i16>(place);
	if (takeBits(1) === 0 || (number & bit) !== 0) return;
	store<i16>(place, number + (number < 0 ? -bit : bit));
}

/** Refines coefficients from one on, and passes over so many zeros: the next zero behind those, or `last + 1`. */
function refineUpTo(
	channel: usize,
	block: usize,
	k: i32,
	last: i32,
	zeros: i32,
	bit: i32,
): i32 {
	for (; k <= last; k++) {
		const place = placeOf(channel, block, k);
		if (load<i16>(place) !== 0) refine(place, bit);
		else if (--zeros < 0) break;
	}
	return k;
}

function refineDetails(
	channel: usize,
	block: usize,
	first: i32,
	last: i32,
	bit: i32,
): bool {
	const table = <usize>load<u32>(channel, 24);
	let k = first;
	for (; idle === 0 && k <= last; k++) {
		const entry = takeCode(table);
		if (entry === 0) return false;
		const zeros = entry >> 12;
		const size = (entry >> 8) & 15;
		if (size > 1) return false;
		if (size === 0 && zeros < 15) {
			idle = idleBlocks(zeros);
			break;
		}
		const number = size === 0 ? 0 : takeBits(1) ? bit : -bit;
		k = refineUpTo(channel, block, k, last, zeros, bit);
		if (number === 0) continue;
		if (k > last) return false;
		store<i16>(placeOf(channel, block, k), number);
	}
	if (idle > 0) {
		refineUpTo(channel, block, k, last, 64, bit);
		idle--;
	}
	return true;
}

/**
 * Decodes a part of a block's coefficients: its bytes say which is the first and the last, in the order of the file,
 * how many of their low bits were missing before, and how many are now. Whether all was as usual.
 */
export function decodePart(channel: usize, block: usize, part: i32): bool {
	const first = part & 63;
	const last = (part >> 8) & 63;
	const isFirst = ((part >> 16) & 15) === 0;
	const low = (part >> 24) & 15;
	let isUsual = true;
	if (first === 0) {
		if (isFirst) isUsual = decodeMean(channel, block, low);
		else if (takeBits(1)) store<i16>(block, <i32>load<i16>(block) | (1 << low));
	} else if (isFirst) {
		isUsual = decodeDetails(channel, block, first, last, low);
	} else {
		isUsual = refineDetails(channel, block, first, last, 1 << low);
	}
	return isUsual && isInside();
}

/** Stores the products of coefficients and steps, both of 16 bits, eight of them; returns sums of their sizes. */
function dequantize(block: usize, steps: usize, to: usize): v128 {
	const numbers = v128.load(block);
	const sizes = v128.load(steps);
	const left = i32x4.extmul_low_i16x8_s(numbers, sizes);
	const right = i32x4.extmul_high_i16x8_s(numbers, sizes);
	v128.store(to, i16x8.narrow_i32x4_s(left, right));
	return i32x4.add(i32x4.abs(left), i32x4.abs(right));
}

/** The inverse transform of a row of blocks to samples; false where coefficients are larger than pictures have. */
export function jpegInverseBlocks(
	blocks: i32,
	coefficients: usize,
	steps: usize,
	samples: usize,
	stride: usize,
	scratch: usize,
): bool {
	for (; blocks > 0; blocks--, samples += 8, coefficients += 128) {
		let sums = i32x4.splat(0);
		for (let i: usize = 0; i < 128; i += 16)
			sums = i32x4.add(
				sums,
				dequantize(coefficients + i, steps + i, scratch + i),
			);
		const sum =
			i32x4.extract_lane(sums, 0) +
			i32x4.extract_lane(sums, 1) +
			i32x4.extract_lane(sums, 2) +
			i32x4.extract_lane(sums, 3);
		if (sum > mostOfBlock) return false;
		inverseBlock(scratch, scratch + 128, samples, stride, true);
	}
	return true;
}
