/** The lengths of steps by one row or column, by one diagonal, and as a knight, in 1/65536 pixel. */
const straight: i32 = 65536;
const diagonal: i32 = 91750;
const knight: i32 = 143976;
const far: i32 = 0x3fffffff;

/** The shorter ways of four pixels, by a step of some length, over two others each. */
function over(first: usize, last: usize, length: i32): v128 {
	const shorter = i32x4.min_s(v128.load(first), v128.load(last));
	return i32x4.add(shorter, i32x4.splat(length));
}

/**
 * Shortens the ways of a row of 32-bit distances by steps from the next row and the one behind it, `row` bytes and twice
 * as many away. Two pixels behind the row, and two before the next one, are made far again.
 */
export function shortenDown(reach: usize, width: i32, row: usize): void {
	const behind = reach + 4 * width;
	for (; reach < behind; reach += 16) {
		const near = reach + row;
		const beyond = near + row;
		const beside = i32x4.add(v128.load(near), i32x4.splat(straight));
		const across = over(near - 4, near + 4, diagonal);
		const flat = over(near - 8, near + 8, knight);
		const steep = over(beyond - 4, beyond + 4, knight);
		const shorter = i32x4.min_s(
			i32x4.min_s(beside, across),
			i32x4.min_s(flat, steep),
		);
		v128.store(reach, i32x4.min_s(v128.load(reach), shorter));
	}
	v128.store(behind, i32x4.splat(far));
}

/** Shortens the ways of a row from the left to the right; where `levels` is 0, they end. */
export function shortenRight(reach: usize, width: i32, levels: usize): void {
	let left = load<i32>(reach - 4);
	for (const end = reach + 4 * width; reach < end; reach += 4, levels++) {
		const shorter = min<i32>(load<i32>(reach), left + straight);
		left = load<u8>(levels) === 0 ? 0 : shorter;
		store<i32>(reach, left);
	}
}

/** Shortens the ways of a row from the right to the left. */
export function shortenLeft(reach: usize, width: i32): void {
	let right = load<i32>(reach + 4 * width);
	for (let at = reach + 4 * width - 4; at >= reach; at -= 4) {
		right = min<i32>(load<i32>(at), right + straight);
		store<i32>(at, right);
	}
}

/** Makes 32-bit numbers of pixels of a row of distances. */
export function toPixels(reach: usize, width: i32, result: usize): void {
	const scale = f32x4.splat(0.0000152587890625);
	for (const end = reach + 4 * width; reach < end; reach += 16, result += 16)
		v128.store(
			result,
			f32x4.mul(f32x4.convert_i32x4_s(v128.load(reach)), scale),
		);
}
