import { placesOf } from "./framed-plane.js";
import type { GrayImage } from "./gray-image.js";
import { simdKernels } from "./simd-kernels.js";

/** In units of 1/65536 pixel. */
const far = 0x3fffffff;

/**
 * How far, in pixels, each pixel is from the nearest zero, along straight, diagonal and knight's steps.
 *
 * Where nothing is zero, the distances are large and mean nothing.
 *
 * Source: `cv2.distanceTransform(image, cv2.DIST_L2, 5)`; Borgefors, Distance transformations in
 * digital images (1986).
 */
export function distanceTransform({
	data,
	height,
	width,
}: GrayImage): Float32Array {
	const stride = width + 4;
	const padded = stride * (height + 4);
	const [reach, levels, row, end] = placesOf(
		4 * padded,
		data.length,
		4 * width,
	) as [number, number, number, number];
	const { kernels, bytes, words, singles } = simdKernels(end);
	words.fill(far, reach / 4, reach / 4 + padded);
	bytes.set(data, levels);
	const rowOf = (y: number) => reach + 4 * ((y + 2) * stride + 2);
	for (let y = 0; y < height; y++) {
		kernels.shortenDown(rowOf(y), width, -4 * stride);
		kernels.shortenRight(rowOf(y), width, levels + y * width);
	}
	const distances = new Float32Array(data.length);
	const found = singles.subarray(row / 4, row / 4 + width);
	for (let y = height - 1; y >= 0; y--) {
		kernels.shortenDown(rowOf(y), width, 4 * stride);
		kernels.shortenLeft(rowOf(y), width);
		kernels.toPixels(rowOf(y), width, row);
		distances.set(found, y * width);
	}
	return distances;
}
