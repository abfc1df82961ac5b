/**
 * Overwrites pixels of three bytes with neighbors, row after row upwards, each row from its right to its left.
 *
 * The first is at `last`, and at that place of each row above. `offsets` has for each of the `columns` pixels of each
 * row how far to the right and how far down its neighbor is, of 32 bits. Rows have `stride` bytes.
 */
export function shufflePixels(
	rows: i32,
	columns: i32,
	last: usize,
	stride: i32,
	offsets: usize,
): void {
	for (; rows > 0; rows--, last -= stride) {
		let to = last;
		for (const end = last - 3 * columns; to > end; to -= 3, offsets += 8) {
			const across = 3 * load<i32>(offsets);
			const from = to + load<i32>(offsets, 4) * stride + across;
			const pixel = load<u32>(from);
			store<u16>(to, <u16>pixel);
			store<u8>(to, <u8>(pixel >> 16), 2);
		}
	}
}
