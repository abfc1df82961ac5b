/** Numbers of three channels, as an image holds them: bytes, or 32-bit floats. */
export interface Pixels {
	readonly data: Uint8Array | Float32Array;
	readonly height: number;
	readonly width: number;
}

/**
 * Writes the three values between the four pixels around a point; beyond the edge, all is 0.
 *
 * Between 32-bit floats, numpy before version 2 computes in 32 bits, unless one of the pixels lies beyond the edge:
 * says whether it did so in 64 bits.
 */
export function readBetween(
	values: Float64Array,
	{ data, height, width }: Pixels,
	point: readonly [row: number, column: number],
): boolean {
	const [row, column] = point;
	const top = Math.floor(row);
	const left = Math.floor(column);
	const isSingle = data instanceof Float32Array;
	const right = left + 1;
	const hasLeft = left >= 0 && left < width;
	const hasRight = right >= 0 && right < width;
	const near = 1 - column + left;
	const far = 1 - right + column;
	const wide = [false, false];
	const halves = [0, 0];
	for (let c = 0; c < 3; c++) {
		for (let k = 0; k < 2; k++) {
			const y = top + k;
			const hasRow = y >= 0 && y < height;
			const at = (y * width + left) * 3 + c;
			const narrow = isSingle && hasRow && hasLeft && hasRight;
			const first = hasRow && hasLeft ? times(data[at]!, near, isSingle) : 0;
			const second =
				hasRow && hasRight ? times(data[at + 3]!, far, isSingle) : 0;
			const sum = first + second;
			wide[k] = !narrow;
			halves[k] = narrow ? Math.fround(sum) : sum;
		}
		const upper = times(halves[0]!, 1 - row + top, !wide[0]);
		const lower = times(halves[1]!, 1 - (top + 1) + row, !wide[1]);
		const sum = upper + lower;
		values[c] = wide[0] || wide[1] ? sum : Math.fround(sum);
	}
	return wide[0]! || wide[1]!;
}

const times = (value: number, weight: number, isSingle: boolean): number =>
	isSingle ? Math.fround(value * Math.fround(weight)) : value * weight;
