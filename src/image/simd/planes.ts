// Planes have a frame one number wide: rows of `width + 2` numbers, `height + 2` of them.

/**
 * Sets the frame of a plane of numbers of `size` bytes: to the outermost ones, or to those next to them where it is
 * mirrored and there are any.
 */
export function framePlane(
	plane: usize,
	height: i32,
	width: i32,
	size: i32,
	isMirrored: i32,
): void {
	const stride = (width + 2) * size;
	const across = min<i32>(isMirrored, width - 1) * size;
	const end = plane + stride * (height + 1);
	for (let row = plane + stride; row < end; row += stride) {
		const last = row + stride - 2 * size;
		memory.copy(row, row + size + across, size);
		memory.copy(last + size, last - across, size);
	}
	const down = min<i32>(isMirrored, height - 1) * stride;
	const bottom = plane + stride * height;
	memory.copy(plane, plane + stride + down, stride);
	memory.copy(bottom + stride, bottom - down, stride);
}

/** Writes how often each of 256 levels occurs. */
export function countLevels(levels: usize, count: i32, counts: usize): void {
	memory.fill(counts, 0, 1024);
	for (const end = levels + count; levels < end; levels++) {
		const at = counts + 4 * load<u8>(levels);
		store<u32>(at, load<u32>(at) + 1);
	}
}

/** Replaces levels by those of a table. */
export function mapLevels(levels: usize, count: i32, table: usize): void {
	for (const end = levels + count; levels < end; levels++)
		store<u8>(levels, load<u8>(table + load<u8>(levels)));
}
