/** Of a pixel: where its four neighbors begin, in bytes, and their weights. */
const recordBytes: usize = 32;

/** Writes one row of neighbors, left and right, with their weights. */
function writePair(
	at: usize,
	row: i32,
	left: f32,
	right: f32,
	near: f32,
	far: f32,
): void {
	store<i32>(at, 12 * (row + i32(left)));
	store<i32>(at, 12 * (row + i32(right)), 4);
	store<f32>(at, near, 16);
	store<f32>(at, far, 20);
}

/**
 * The grid that takes pixel `(x, y)` from `(x - dx, y - dy)`, held inside the image.
 *
 * Records of 32 bytes, one for each pixel: where its four neighbors begin, in bytes, and their weights, of 32 bits.
 */
export function samplingGrid(
	dx: usize,
	dy: usize,
	height: i32,
	width: i32,
	grid: usize,
): void {
	const lastX = f32(width - 1);
	const lastY = f32(height - 1);
	for (let row = 0; row < height; row++)
		for (let column = 0; column < width; column++) {
			const x = min(max(f32(column) - load<f32>(dx), 0), lastX);
			const y = min(max(f32(row) - load<f32>(dy), 0), lastY);
			const left = floor(x);
			const right = ceil(x);
			const top = floor(y);
			const farX = x - left;
			const farY = y - top;
			const nearX = f32(1) - farX;
			const nearY = f32(1) - farY;
			const above = width * i32(top);
			const below = width * i32(ceil(y));
			writePair(grid, above, left, right, nearY * nearX, nearY * farX);
			writePair(grid + 8, below, left, right, farY * nearX, farY * farX);
			grid += recordBytes;
			dx += 4;
			dy += 4;
		}
}

/** The weighted neighbor of a pixel, from its place in a record on. */
function neighbor(source: usize, record: usize): v128 {
	const pixel = v128.load(source + load<u32>(record));
	return f32x4.mul(v128.load32_splat(record, 16), pixel);
}

/** Takes each pixel of three numbers of 32 bits bilinearly from where `samplingGrid` says. */
export function deformPixels(
	source: usize,
	pixels: i32,
	grid: usize,
	result: usize,
): void {
	const end = grid + recordBytes * pixels;
	for (; grid < end; grid += recordBytes, result += 12) {
		let sums = neighbor(source, grid);
		sums = f32x4.add(sums, neighbor(source, grid + 4));
		sums = f32x4.add(sums, neighbor(source, grid + 8));
		sums = f32x4.add(sums, neighbor(source, grid + 12));
		// The next pixel takes the place of the fourth number.
		v128.store(result, sums);
	}
}
