/** Writes the sums of the three channels of pixels, 32 bits each. */
export function sumChannels(levels: usize, count: i32, sums: usize): void {
	let red: u32 = 0;
	let green: u32 = 0;
	let blue: u32 = 0;
	for (const end = levels + count; levels < end; levels += 3) {
		red += load<u8>(levels);
		green += load<u8>(levels, 1);
		blue += load<u8>(levels, 2);
	}
	store<u32>(sums, red);
	store<u32>(sums, green, 4);
	store<u32>(sums, blue, 8);
}

/** Replaces the levels of pixels by those of three tables of 256 bytes, one behind the other. */
export function mapChannels(levels: usize, count: i32, tables: usize): void {
	for (const end = levels + count; levels < end; levels += 3) {
		const red = load<u8>(tables + load<u8>(levels));
		const green = load<u8>(tables + load<u8>(levels, 1), 256);
		const blue = load<u8>(tables + load<u8>(levels, 2), 512);
		store<u8>(levels, red);
		store<u8>(levels, green, 1);
		store<u8>(levels, blue, 2);
	}
}

/** The highest of some levels. */
export function highestLevel(levels: usize, count: i32): i32 {
	let highest: u32 = 0;
	let sixteen = i8x16.splat(0);
	const end = levels + count;
	for (; levels + 16 <= end; levels += 16)
		sixteen = i8x16.max_u(sixteen, v128.load(levels));
	for (; levels < end; levels++) highest = max<u32>(highest, load<u8>(levels));
	// Halves, then halves of these.
	sixteen = i8x16.max_u(sixteen, i64x2.shuffle(sixteen, sixteen, 1, 0));
	let eight = i64x2.extract_lane(sixteen, 0);
	for (; eight !== 0; eight = i64(u64(eight) >> 8))
		highest = max<u32>(highest, u32(eight & 255));
	return highest;
}
