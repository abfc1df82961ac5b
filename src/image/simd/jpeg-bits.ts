import { longCode, signed } from "./jpeg-huffman";

// The coded bytes of a JPEG between restarts, and how far they were read.

/** Bits that were read and not yet used, from the highest on. */
export let bits: u64 = 0;
/** How many of them are sure. */
export let sure: i32 = 0;
/** Where the next byte is. */
export let at: usize = 0;
let end: usize = 0;

/** The next eight bytes as a number. */
export function following(from: usize): u64 {
	// biome-ignore format: backward
	const backward = i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
	return <u64>(
		i64x2.extract_lane(v128.swizzle(v128.load64_zero(from), backward), 0)
	);
}

/** Copies coded bytes up to a marker, without the zeros behind bytes of ones; returns where the marker is. */
export function startInterval(source: usize, clean: usize): usize {
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
export function isFinished(): bool {
	return <usize>(at - (sure >> 3)) === end;
}

/** Whether no bits beyond the interval were used. */
export function isInside(): bool {
	return <usize>(at - (sure >> 3)) <= end;
}

/** Says which bits are left; whether none beyond the interval were used. */
export function keepBits(ahead: u64, left: i32, from: usize): bool {
	bits = ahead;
	sure = left;
	at = from;
	return isInside();
}

/** Skips some of the bits, of which at least 32 are sure before. */
function skip(size: i32): void {
	bits <<= size;
	sure -= size;
}

function readAhead(): void {
	if (sure >= 32) return;
	bits |= following(at) >> sure;
	at += (63 - sure) >> 3;
	sure |= 56;
}

/** The next 1 to 16 bits. */
export function takeBits(size: i32): i32 {
	readAhead();
	const raw = <i32>(bits >> (64 - size));
	skip(size);
	return raw;
}

/** The entry of the next code in a table, which is skipped; zero where there is none. */
export function takeCode(table: usize): i32 {
	readAhead();
	let entry = load<i32>(table + ((<usize>(bits >> 54)) << 2));
	if (entry === 0) entry = longCode(table, bits);
	skip(entry & 255);
	return entry;
}

/** Adds the next number to the last mean of a channel; false where there is none that makes sense. */
export function takeMean(channel: usize): bool {
	const entry = takeCode(load<u32>(channel, 20));
	if (entry === 0) return false;
	let number = entry >> 16;
	if (number === 0 && entry >> 8 > 0)
		number = signed(takeBits(entry >> 8), entry >> 8);
	const mean = number + load<i32>(channel, 28);
	store<i32>(channel, mean, 28);
	return abs(mean) <= <i32>i16.MAX_VALUE;
}
