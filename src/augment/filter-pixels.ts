import { type PixelChange, type PixelSize, room } from "./pixels.js";

/**
 * Filters each image with its own kernel, all channels alike, zeros beyond the border, and clips to 0-1.
 *
 * Kernels are `[count, side, side]`, the side odd; cross-correlation, as in PyTorch.
 */
export function filterPixels(
	kernels: Float32Array,
	side: number,
	{ height, width }: PixelSize,
): PixelChange {
	const taps = side ** 2;
	const kernelBytes = room(4 * taps);
	const borderedRow = 3 * (width + side - 1);
	return {
		byteLength: kernelBytes + room(4 * side * borderedRow),
		begin({ kernels: simd, singles }, kernel) {
			const ring = kernel + kernelBytes;
			return (from, to, index) => {
				const own = kernels.subarray(index * taps, (index + 1) * taps);
				singles.set(own, kernel / 4);
				simd.filterPixels(from, height, width, kernel, side, ring, to);
			};
		},
	};
}
