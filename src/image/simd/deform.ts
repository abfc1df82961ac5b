/** Of a pixel: where its four neighbors begin, in bytes of 32 bits, and their weights, doubles. */
const recordBytes: usize = 48;

/** Writes one row of neighbors, left and right, with their weights. */
function writePair(
	at: usize,
	weightsAt: usize,
	row: i32,
	left: f32,
	right: f32,
	near: f32,
	far: f32,
): void {
	store<i32>(at, 12 * (row + i32(left)));
	store<i32>(at, 12 * (row + i32(right)), 4);
	store<f64>(weightsAt, near);
	store<f64>(weightsAt, far, 8);
}

/**
 * The grid that takes pixel `(x, y)` from `(x - dx, y - dy)`, held inside the image.
 *
 * Records of 48 bytes, one for each pixel: where its four neighbors begin, in bytes, and the weights of these, doubles.
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
			writePair(
				grid,
				grid + 16,
				above,
				left,
				right,
				nearY * nearX,
				nearY * farX,
			);
			writePair(
				grid + 8,
				grid + 32,
				below,
				left,
				right,
				farY * nearX,
				farY * farX,
			);
			grid += recordBytes;
			dx += 4;
			dy += 4;
		}
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
		let weight = v128.load64_splat(grid + 16);
		let from = source + load<u32>(grid);
		let two = f64x2.mul(
			weight,
			f64x2.promote_low_f32x4(v128.load64_zero(from)),
		);
		let third = f64x2.mul(
			weight,
			f64x2.promote_low_f32x4(v128.load64_zero(from + 8)),
		);
		for (let k: usize = 1; k < 4; k++) {
			weight = v128.load64_splat(grid + 16 + 8 * k);
			from = source + load<u32>(grid + 4 * k);
			two = f64x2.add(
				two,
				f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from))),
			);
			third = f64x2.add(
				third,
				f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(from + 8))),
			);
		}
		v128.store64_lane(result, f32x4.demote_f64x2_zero(two), 0);
		v128.store32_lane(result + 8, f32x4.demote_f64x2_zero(third), 0);
	}
}
