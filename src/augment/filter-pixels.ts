import { type ChangePixels, clipped, type PixelSize } from "./pixels.js";

/** An image with its border: where it begins is the pixel above and to the left of all that a kernel reaches. */
interface Bordered {
	readonly values: Float64Array;
	/** From one row to the next. */
	readonly stride: number;
}

/** The nine weighted values around each pixel, in the order of the kernel; three times as fast as `sumTaps`. */
function sumNine(
	{ values, stride }: Bordered,
	kernel: Float64Array,
	to: Float32Array,
): void {
	const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = kernel as unknown as number[];
	const row = stride - 6;
	for (let y = 0, at = 0; at < to.length; y++) {
		let a = y * stride;
		for (const end = at + row; at < end; at++, a++) {
			const b = a + stride;
			const c = b + stride;
			to[at] = clipped(
				w0! * values[a]! +
					w1! * values[a + 3]! +
					w2! * values[a + 6]! +
					w3! * values[b]! +
					w4! * values[b + 3]! +
					w5! * values[b + 6]! +
					w6! * values[c]! +
					w7! * values[c + 3]! +
					w8! * values[c + 6]!,
			);
		}
	}
}

/** As `sumNine`, for a kernel of any side. */
function sumTaps(
	{ values, stride }: Bordered,
	kernel: Float64Array,
	to: Float32Array,
): void {
	const side = Math.sqrt(kernel.length);
	const row = stride - 3 * (side - 1);
	const sums = new Float64Array(row);
	for (let y = 0, start = 0; start < to.length; y++, start += row) {
		sums.fill(0);
		for (let tap = 0; tap < kernel.length; tap++) {
			const weight = kernel[tap]!;
			const from = (y + Math.floor(tap / side)) * stride + 3 * (tap % side);
			for (let x = 0; x < row; x++)
				sums[x] = sums[x]! + weight * values[from + x]!;
		}
		for (let x = 0; x < row; x++) to[start + x] = clipped(sums[x]!);
	}
}

/**
 * Filters each image with its own kernel, all channels alike, zeros beyond the border, and clips to 0-1.
 *
 * Kernels are `[count, side, side]`; cross-correlation, as in PyTorch.
 */
export function filterPixels(
	kernels: Float32Array,
	side: number,
	{ height, width }: PixelSize,
): ChangePixels {
	const reach = (side - 1) / 2;
	const row = 3 * width;
	const stride = row + 6 * reach;
	const values = new Float64Array((height + 2 * reach) * stride);
	const kernel = new Float64Array(side ** 2);
	const sum = side === 3 ? sumNine : sumTaps;
	return (from, to, index) => {
		kernel.set(kernels.subarray(index * side ** 2, (index + 1) * side ** 2));
		for (let y = 0; y < height; y++) {
			const line = from.subarray(y * row, (y + 1) * row);
			values.set(line, (y + reach) * stride + 3 * reach);
		}
		sum({ values, stride }, kernel, to);
	};
}
