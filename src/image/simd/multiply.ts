/** The products of a row of a matrix and four columns of another, from an address on; rows are `stride` bytes apart. */
function fourSums(row: usize, inner: i32, columns: usize, stride: usize): v128 {
	let sums = f32x4.splat(0);
	const end = row + 4 * inner;
	for (; row < end; row += 4, columns += stride)
		sums = f32x4.add(
			sums,
			f32x4.mul(v128.load32_splat(row), v128.load(columns)),
		);
	return sums;
}

/**
 * The product of two matrices of numbers of 32 bits, `[rows, inner]` and `[inner, columns]`.
 *
 * Each number is summed up in the order of `inner`, wherever it lies.
 */
export function multiply(
	left: usize,
	right: usize,
	rows: i32,
	inner: i32,
	columns: i32,
	result: usize,
): void {
	const stride: usize = 4 * columns;
	for (; rows > 0; rows--, left += 4 * inner, result += stride) {
		let x: usize = 0;
		for (; x + 64 <= stride; x += 64) {
			let a = f32x4.splat(0);
			let b = f32x4.splat(0);
			let c = f32x4.splat(0);
			let d = f32x4.splat(0);
			let column = right + x;
			const end = left + 4 * inner;
			for (let at = left; at < end; at += 4, column += stride) {
				const weight = v128.load32_splat(at);
				a = f32x4.add(a, f32x4.mul(weight, v128.load(column)));
				b = f32x4.add(b, f32x4.mul(weight, v128.load(column, 16)));
				c = f32x4.add(c, f32x4.mul(weight, v128.load(column, 32)));
				d = f32x4.add(d, f32x4.mul(weight, v128.load(column, 48)));
			}
			v128.store(result + x, a);
			v128.store(result + x, b, 16);
			v128.store(result + x, c, 32);
			v128.store(result + x, d, 48);
		}
		for (; x < stride; x += 16)
			v128.store(result + x, fourSums(left, inner, right + x, stride));
	}
}
