/**
 * Overwrites pixels of three bytes with neighbors, from the right to the left.
 *
 * The first is at `start`. `offsets` has for each of `count` pixels how far to the right and how far down its neighbor
 * is, of 32 bits. Rows have `stride` bytes.
 */
export function shufflePixels(
	count: i32,
	start: usize,
	stride: i32,
	offsets: usize,
): void {
	const end = start - 3 * count;
	for (let to = start; to > end; to -= 3, offsets += 8) {
		const across = 3 * load<i32>(offsets);
		const from = to + load<i32>(offsets, 4) * stride + across;
		// As they were stored, which may be not long ago.
		const pair = load<u16>(from);
		const last = load<u8>(from, 2);
		store<u16>(to, pair);
		store<u8>(to, last, 2);
	}
}
