/**
 * Overwrites pixels of three bytes with neighbors, from the right to the left.
 *
 * The first is at `last`. `offsets` has for each of `count` pixels how far to the right and how far down its neighbor
 * is, of 32 bits. Rows have `stride` bytes.
 */
export function shufflePixels(
	count: i32,
	last: usize,
	stride: i32,
	offsets: usize,
): void {
	const end = last - 3 * count;
	for (let to = last; to > end; to -= 3, offsets += 8) {
		const across = 3 * load<i32>(offsets);
		const from = to + load<i32>(offsets, 4) * stride + across;
		const pixel = load<u32>(from);
		store<u16>(to, <u16>pixel);
		store<u8>(to, <u8>(pixel >> 16), 2);
	}
}
