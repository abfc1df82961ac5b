import { isInside, takeBits, takeCode, takeMean } from "./jpeg-bits";
import { signed } from "./jpeg-huffman";
import { fillBlock, inverseBlock, mostOfBlock } from "./jpeg-inverse";

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

/** Which coefficients are not zero: a bit for each, from the lowest on. */
function presentOf(block: usize): u64 {
	let present: u64 = 0;
	for (let i = 48; i >= 0; i -= 16) {
		const from = block + 2 * i;
		const bytes = i8x16.narrow_i16x8_s(v128.load(from), v128.load(from, 16));
		const absent = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0)));
		present = (present << 16) | <u64>(absent ^ 0xffff);
	}
	return present;
}

function decodeMean(channel: usize, block: usize, low: i32): bool {
	if (!takeMean(channel)) return false;
	store<i16>(block, load<i32>(channel, 28) << low);
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
		let number = entry >> 16;
		if (number !== 0) {
			k += (entry >> 8) & 15;
		} else {
			const zeros = entry >> 12;
			const size = (entry >> 8) & 15;
			if (size === 0 && zeros < 15) {
				idle = idleBlocks(zeros) - 1;
				break;
			}
			k += zeros;
			if (size === 0) continue;
			number = signed(takeBits(size), size);
		}
		if (k > last) return false;
		store<i16>(block + (k << 1), number << low);
	}
	return true;
}

/** Adds a bit to a coefficient that is there, if the file says so. */
function refine(place: usize, bit: i32): void {
	const number = <i32>load<i16>(place);
	if (takeBits(1) === 0 || (number & bit) !== 0) return;
	store<i16>(place, number + (number < 0 ? -bit : bit));
}

/**
 * Refines the coefficients that are present, from one on, and passes over so many zeros: the next zero behind those, or
 * `last + 1`.
 */
function refineUpTo(
	block: usize,
	present: u64,
	k: i32,
	last: i32,
	zeros: i32,
	bit: i32,
): i32 {
	while (k <= last) {
		const zerosHere = min(<i32>ctz(present >> k), last + 1 - k);
		if (zeros < zerosHere) return k + zeros;
		zeros -= zerosHere;
		k += zerosHere;
		if (k <= last) refine(block + (k++ << 1), bit);
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
	const present = presentOf(block);
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
		k = refineUpTo(block, present, k, last, zeros, bit);
		if (number === 0) continue;
		if (k > last) return false;
		store<i16>(block + (k << 1), number);
	}
	if (idle > 0) {
		refineUpTo(block, present, k, last, 64, bit);
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

/** Puts coefficients times steps where they belong in a block; returns what their sizes come to. */
function placeCoefficients(
	coefficients: usize,
	present: u64,
	steps: usize,
	block: usize,
): i32 {
	for (let i: usize = 0; i < 128; i += 16)
		v128.store(block + i, i64x2.splat(0));
	let sum = 0;
	for (; present !== 0; present &= present - 1) {
		const k = <usize>ctz(present);
		const step = load<i32>(steps + (k << 2));
		const number = <i32>load<i16>(coefficients + (k << 1)) * (step & 0xffff);
		store<i16>(block + ((step >> 16) << 1), number);
		sum += abs(number);
	}
	return sum;
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
		const present = presentOf(coefficients);
		const sum = placeCoefficients(coefficients, present, steps, scratch);
		if (sum > mostOfBlock) return false;
		if (present > 1)
			inverseBlock(scratch, scratch + 128, samples, stride, true);
		else fillBlock(load<i16>(scratch), samples, stride);
	}
	return true;
}
