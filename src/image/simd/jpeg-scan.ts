import { inverseBlock } from "./jpeg-dct";
import { longCode, signed } from "./jpeg-huffman";

// The plan of a scan, in words: how many channels there are; columns and rows of MCUs; how many of these come between
// restarts, 0 for no such; addresses of the coded bytes, of memory for them and 512 more, and of 384 bytes. Then for each
// channel eight words: blocks across and down in an MCU, address and stride of its plane, addresses of its steps and
// tables of Huffman codes for the mean and for details, the last mean. Steps are words, in the order of the file: the
// place in the block from bit 16 on.
const channelsAt: usize = 32;
const channelBytes: usize = 32;

/** More than that may exceed 16 bits on the way. */
const mostOfBlock: i32 = 5900;

// Bits that were read and not yet used, from the highest on; how many are sure; where the next byte is.
let bits: u64 = 0;
let sure: i32 = 0;
let at: usize = 0;
/** Behind the bytes of this interval between restarts. */
let end: usize = 0;

/** The next eight bytes as a number. */
function following(from: usize): u64 {
	// biome-ignore format: backward
	const backward = i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
	return <u64>(
		i64x2.extract_lane(v128.swizzle(v128.load64_zero(from), backward), 0)
	);
}

/** Copies coded bytes up to a marker, without the zeros behind bytes of ones; returns where the marker is. */
function startInterval(source: usize, clean: usize): usize {
	at = clean;
	bits = 0;
	sure = 0;
	for (;;) {
		const bytes = v128.load(source);
		v128.store(clean, bytes);
		const ones = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
		if (ones === 0) {
			source += 16;
			clean += 16;
			continue;
		}
		const before = ctz(ones);
		source += before;
		clean += before;
		if (load<u8>(source, 1) !== 0) break;
		source += 2;
		clean++;
	}
	end = clean;
	return source;
}

/** Whether all bits of an interval were used, but for less than a byte, and none beyond. */
function isFinished(): bool {
	return <usize>(at - (sure >> 3)) === end;
}

/** Decodes a block to multiples of its steps: 1 if it has details, 0 if not, -1 if something is unusual. */
function decodeBlock(channel: usize, block: usize): i32 {
	let ahead = bits;
	let left = sure;
	let from = at;
	if (left < 32) {
		ahead |= following(from) >> left;
		from += (63 - left) >> 3;
		left |= 56;
	}
	const means = <usize>load<u32>(channel, 20);
	let entry = load<i32>(means + ((<usize>(ahead >> 54)) << 2));
	let number = entry >> 16;
	if (number === 0) {
		if (entry === 0) entry = longCode(means, ahead);
		if (entry === 0) return -1;
		const size = entry >> 8;
		ahead <<= entry & 255;
		left -= entry & 255;
		entry = size;
		if (size > 0) number = signed(<i32>(ahead >> (64 - size)), size);
	}
	ahead <<= entry & 255;
	left -= entry & 255;

	for (let i: usize = 0; i < 128; i += 16)
		v128.store(block + i, i64x2.splat(0));
	const steps = <usize>load<u32>(channel, 16);
	number += load<i32>(channel, 28);
	store<i32>(channel, number, 28);
	number *= <i32>load<u16>(steps);
	store<i16>(block, number);
	let sum = abs(number);
	if (sum > mostOfBlock) return -1;

	const details = <usize>load<u32>(channel, 24);
	let k: usize = 1;
	while (k < 64) {
		if (left < 32) {
			ahead |= following(from) >> left;
			from += (63 - left) >> 3;
			left |= 56;
		}
		entry = load<i32>(details + ((<usize>(ahead >> 54)) << 2));
		number = entry >> 16;
		if (number !== 0) {
			k += (entry >> 8) & 15;
		} else {
			if (entry === 0) entry = longCode(details, ahead);
			if (entry === 0) return -1;
			ahead <<= entry & 255;
			left -= entry & 255;
			const size = (entry >> 8) & 15;
			const zeros = entry >> 12;
			if (size === 0) {
				if (zeros !== 15) break;
				k += 16;
				continue;
			}
			k += zeros;
			number = signed(<i32>(ahead >> (64 - size)), size);
			entry = size;
		}
		ahead <<= entry & 255;
		left -= entry & 255;
		if (k > 63) return -1;
		const step = load<i32>(steps + (k << 2));
		number *= step & 0xffff;
		store<i16>(block + ((step >> 16) << 1), number);
		sum += abs(number);
		k++;
	}
	bits = ahead;
	sure = left;
	at = from;
	if (sum > mostOfBlock || from - (left >> 3) > end) return -1;
	return k > 1 ? 1 : 0;
}

/** Fills 8 x 8 samples of a block without details. */
function fillBlock(mean: i32, samples: usize, stride: usize): void {
	const level = (((((mean << 2) + 16) >> 5) << 22) >> 22) + 128;
	const bytes = i8x16.splat(<i8>max(0, min(255, level)));
	for (let y = 0; y < 8; y++, samples += stride)
		v128.store64_lane(samples, bytes, 0);
}

/** Decodes the blocks of a channel in an MCU to its plane. */
function decodeChannel(
	channel: usize,
	row: i32,
	column: i32,
	scratch: usize,
): bool {
	const across = load<i32>(channel);
	const down = load<i32>(channel, 4);
	const stride = load<i32>(channel, 12);
	let samples = <usize>load<u32>(channel, 8);
	samples += 8 * (row * down * stride + column * across);
	for (let y = 0; y < down; y++, samples += 8 * stride) {
		for (let x = 0; x < across; x++) {
			const details = decodeBlock(channel, scratch);
			if (details < 0) return false;
			const to = samples + 8 * x;
			if (details > 0) inverseBlock(scratch, scratch + 128, to, stride, true);
			else fillBlock(load<i16>(scratch), to, stride);
		}
	}
	return true;
}

/**
 * Decodes the only scan of a baseline JPEG to planes; false where something is unusual, up to the end of the image.
 *
 * Behind the coded bytes there is a marker, or two bytes of ones.
 */
export function jpegDecodeScan(plan: usize): bool {
	const channels = plan + channelsAt;
	const channelsEnd = channels + <usize>load<u32>(plan) * channelBytes;
	const columns = load<i32>(plan, 4);
	const rows = load<i32>(plan, 8);
	const interval = load<i32>(plan, 12);
	const clean = <usize>load<u32>(plan, 20);
	const scratch = <usize>load<u32>(plan, 24);
	let source = startInterval(load<u32>(plan, 16), clean);
	let left = interval;
	let restarts = 0;
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++, left--) {
			if (interval > 0 && left === 0) {
				const marker = 0xd0 | (restarts++ & 7);
				if (!isFinished() || load<u8>(source, 1) !== marker) return false;
				source = startInterval(source + 2, clean);
				left = interval;
				for (let c = channels; c < channelsEnd; c += channelBytes)
					store<i32>(c, 0, 28);
			}
			for (let c = channels; c < channelsEnd; c += channelBytes)
				if (!decodeChannel(c, row, column, scratch)) return false;
		}
	}
	return isFinished() && load<u8>(source, 1) === 0xd9;
}
