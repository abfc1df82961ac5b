import {
	at,
	bits,
	following,
	isFinished,
	keepBits,
	startInterval,
	sure,
	takeMean,
} from "./jpeg-bits";
import { longCode, signed } from "./jpeg-huffman";
import { fillBlock, inverseBlock, mostOfBlock } from "./jpeg-inverse";
import { decodePart, startParts } from "./jpeg-progressive";

// The plan of a scan, in words: how many channels there are; columns and rows of MCUs; how many of these come between
// restarts, 0 for no such; addresses of the coded bytes, of memory for them and 512 more, and of 384 bytes; which part of
// the coefficients it has, 0 for all. Then for each channel eight words: blocks across and down in an MCU, address and
// stride of its plane, addresses of its steps and tables of Huffman codes for the mean and for details, the last mean.
// Steps are words, in the order of the file: the place in the block from bit 16 on. Where a scan has a part, a plane is
// one of blocks, in the order of the file, its stride in blocks; where some of its bits come before, the
// tables have no numbers.
const channelsAt: usize = 32;
const channelBytes: usize = 32;

/** Decodes a block to multiples of its steps: 1 if it has details, 0 if not, -1 if something is unusual. */
function decodeBlock(channel: usize, block: usize): i32 {
	if (!takeMean(channel)) return -1;
	for (let i: usize = 0; i < 128; i += 16)
		v128.store(block + i, i64x2.splat(0));
	const steps = <usize>load<u32>(channel, 16);
	let number = load<i32>(channel, 28) * <i32>load<u16>(steps);
	store<i16>(block, number);
	let sum = abs(number);

	let ahead = bits;
	let left = sure;
	let from = at;
	const details = <usize>load<u32>(channel, 24);
	let k: usize = 1;
	while (k < 64) {
		if (left < 32) {
			ahead |= following(from) >> left;
			from += (63 - left) >> 3;
			left |= 56;
		}
		let entry = load<i32>(details + ((<usize>(ahead >> 54)) << 2));
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
	if (!keepBits(ahead, left, from) || sum > mostOfBlock) return -1;
	return k > 1 ? 1 : 0;
}

/** Decodes a block to 8 x 8 samples. */
function decodeSamples(
	channel: usize,
	samples: usize,
	stride: usize,
	scratch: usize,
): bool {
	const details = decodeBlock(channel, scratch);
	if (details > 0) inverseBlock(scratch, scratch + 128, samples, stride, true);
	else if (details === 0) fillBlock(load<i16>(scratch), samples, stride);
	return details >= 0;
}

/** Decodes the blocks of a channel in an MCU to its plane. */
function decodeChannel(
	channel: usize,
	row: i32,
	column: i32,
	scratch: usize,
	part: i32,
): bool {
	const across = load<i32>(channel);
	const down = load<i32>(channel, 4);
	const stride = load<i32>(channel, 12);
	const unit = part === 0 ? 8 : 128;
	let to = <usize>load<u32>(channel, 8);
	to += unit * (row * down * stride + column * across);
	for (let y = 0; y < down; y++, to += unit * stride) {
		for (let x = 0; x < across; x++) {
			const isUsual =
				part === 0
					? decodeSamples(channel, to + unit * x, stride, scratch)
					: decodePart(channel, to + unit * x, part);
			if (!isUsual) return false;
		}
	}
	return true;
}

/**
 * Decodes a scan of a JPEG to planes: returns the address of the marker behind it, or 0 where something is unusual.
 *
 * Behind the coded bytes there is a marker, or two bytes of ones.
 */
export function jpegDecodeScan(plan: usize): usize {
	const channels = plan + channelsAt;
	const channelsEnd = channels + <usize>load<u32>(plan) * channelBytes;
	const columns = load<i32>(plan, 4);
	const rows = load<i32>(plan, 8);
	const interval = load<i32>(plan, 12);
	const clean = <usize>load<u32>(plan, 20);
	const scratch = <usize>load<u32>(plan, 24);
	const part = load<i32>(plan, 28);
	let source = startInterval(load<u32>(plan, 16), clean);
	let left = interval;
	let restarts = 0;
	startParts();
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++, left--) {
			if (interval > 0 && left === 0) {
				const marker = 0xd0 | (restarts++ & 7);
				if (!isFinished() || load<u8>(source, 1) !== marker) return 0;
				source = startInterval(source + 2, clean);
				left = interval;
				startParts();
				for (let c = channels; c < channelsEnd; c += channelBytes)
					store<i32>(c, 0, 28);
			}
			for (let c = channels; c < channelsEnd; c += channelBytes)
				if (!decodeChannel(c, row, column, scratch, part)) return 0;
		}
	}
	return isFinished() ? source : 0;
}
