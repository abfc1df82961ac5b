/** The tangents of 22.5 and 67.5 degrees, times 2^15; the second is the first plus two. */
const tangent: i32 = 13573;
const shifted: i32 = 32768;

const weak: i32 = 1;
const strong: i32 = 2;

/** Eight bytes as 16 bits. */
function eight(at: usize): v128 {
	return v128.load_ext<u8>(at);
}

/** A difference of two rows or columns, the middle one twice. */
function slope(first: v128, middle: v128, last: v128): v128 {
	return i16x8.add(i16x8.add(first, last), i16x8.shl(middle, 1));
}

/**
 * The 3 x 3 Sobel derivatives of a framed plane of bytes, and their absolute sums; 16 bits each, the sums framed by
 * zeros.
 */
export function sobel(
	plane: usize,
	height: i32,
	width: i32,
	dx: usize,
	dy: usize,
	magnitude: usize,
): void {
	const stride: usize = width + 2;
	let sums = magnitude + 2 * (stride + 1);
	memory.fill(magnitude, 0, 2 * (stride + 1));
	for (; height > 0; height--) {
		for (let x = 0; x < width; x += 8) {
			const above = plane + x;
			const here = above + stride;
			const below = here + stride;
			const corner = eight(above);
			const right = eight(above + 2);
			const left = eight(below);
			const last = eight(below + 2);
			const across = slope(
				i16x8.sub(right, corner),
				i16x8.sub(eight(here + 2), eight(here)),
				i16x8.sub(last, left),
			);
			const down = slope(
				i16x8.sub(left, corner),
				i16x8.sub(eight(below + 1), eight(above + 1)),
				i16x8.sub(last, right),
			);
			v128.store(dx + 2 * x, across);
			v128.store(dy + 2 * x, down);
			v128.store(sums + 2 * x, i16x8.add(i16x8.abs(across), i16x8.abs(down)));
		}
		// Behind the row, and before the next one.
		store<u32>(sums + 2 * width, 0);
		plane += stride;
		dx += 2 * width;
		dy += 2 * width;
		sums += 2 * stride;
	}
	memory.fill(sums - 2, 0, 2 * stride);
}

/** Is the gradient no smaller here than on both sides, along its direction rounded to 45 degrees? */
function isRidge(dx: i32, dy: i32, at: usize, stride: usize): bool {
	const here = load<i16>(at);
	const x = abs<i32>(dx);
	const y = abs<i32>(dy) * shifted;
	if (y < x * tangent)
		return here > load<i16>(at - 2) && here >= load<i16>(at + 2);
	if (y > x * (tangent + 2 * shifted))
		return here > load<i16>(at - stride) && here >= load<i16>(at + stride);
	const above = at - stride;
	const below = at + stride;
	return (dx ^ dy) < 0
		? here > load<i16>(above + 2) && here > load<i16>(below - 2)
		: here > load<i16>(above - 2) && here > load<i16>(below + 2);
}

/**
 * Marks the ridges of a row above `low`, and writes the addresses of marks above `high` from `pending` on; gives where
 * these end.
 *
 * Of the sums and the marks, the first number of the row is given.
 */
export function markRidges(
	dx: usize,
	dy: usize,
	magnitude: usize,
	width: i32,
	low: i32,
	high: i32,
	marks: usize,
	pending: usize,
): usize {
	const stride: usize = 2 * (width + 2);
	const lows = i16x8.splat(<i16>low);
	for (let start = 0; start < width; start += 8) {
		const sums = v128.load(magnitude + 2 * start);
		if (!v128.any_true(i16x8.gt_s(sums, lows))) continue;
		const end = min<i32>(start + 8, width);
		for (let x = start; x < end; x++) {
			const at = magnitude + 2 * x;
			const here = i32(load<i16>(at));
			if (here <= low) continue;
			const across = i32(load<i16>(dx + 2 * x));
			const down = i32(load<i16>(dy + 2 * x));
			if (!isRidge(across, down, at, stride)) continue;
			store<u8>(marks + x, here > high ? strong : weak);
			if (here <= high) continue;
			store<u32>(pending, marks + x);
			pending += 4;
		}
	}
	return pending;
}

/** Makes a weak mark strong, which then is pending. */
function touch(mark: usize, end: usize): usize {
	if (load<u8>(mark) !== weak) return end;
	store<u8>(mark, strong);
	store<u32>(end, mark);
	return end + 4;
}

/** Makes strong whatever weak mark touches a strong one that is pending, and so on. */
export function spreadMarks(pending: usize, end: usize, stride: usize): void {
	let last = end;
	while (last > pending) {
		last -= 4;
		const mark: usize = load<u32>(last);
		last = touch(mark - stride - 1, last);
		last = touch(mark - stride, last);
		last = touch(mark - stride + 1, last);
		last = touch(mark - 1, last);
		last = touch(mark + 1, last);
		last = touch(mark + stride - 1, last);
		last = touch(mark + stride, last);
		last = touch(mark + stride + 1, last);
	}
}

/** Of a framed plane of marks, 255 for each strong one, and 0 for others. */
export function edgesOf(
	marks: usize,
	height: i32,
	width: i32,
	result: usize,
): void {
	const stride: usize = width + 2;
	for (marks += stride + 1; height > 0; height--) {
		for (let x = 0; x < width; x += 16) {
			const found = i8x16.eq(v128.load(marks + x), i8x16.splat(2));
			v128.store(result + x, found);
		}
		marks += stride;
		result += width;
	}
}
