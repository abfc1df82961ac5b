/** The nine weights of a 3 x 3 window, row by row. */
export type Weights = readonly [
	number,
	number,
	number,
	number,
	number,
	number,
	number,
	number,
	number,
];

/**
 * Sums the 3 x 3 neighbors of every pixel of one channel by weight, mirrored about the edge pixels.
 *
 * Source: `cv2.filter2D` with its default border, before it rounds.
 */
export function sumNeighbors(
	values: Uint8Array | Float32Array,
	{ height, width }: { height: number; width: number },
	weights: Weights,
): Float64Array {
	const [a, b, c, d, e, f, g, h, i] = weights;
	const sums = new Float64Array(values.length);
	for (let y = 0; y < height; y++) {
		const above = mirrored(y - 1, height) * width;
		const here = y * width;
		const below = mirrored(y + 1, height) * width;
		for (let x = 0; x < width; x++) {
			const left = mirrored(x - 1, width);
			const right = mirrored(x + 1, width);
			sums[here + x] =
				a * values[above + left]! +
				b * values[above + x]! +
				c * values[above + right]! +
				d * values[here + left]! +
				e * values[here + x]! +
				f * values[here + right]! +
				g * values[below + left]! +
				h * values[below + x]! +
				i * values[below + right]!;
		}
	}
	return sums;
}

function mirrored(index: number, size: number): number {
	if (size === 1) return 0;
	return index < 0 ? -index : index < size ? index : 2 * size - 2 - index;
}
