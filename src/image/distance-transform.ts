import type { GrayImage } from "./gray-image.js";

/** The lengths of steps by one row or column, by one diagonal, and as a knight, in 1/65536 pixel. */
const straight = 65536;
const diagonal = Math.round(1.4 * 65536);
const knight = Math.round(2.1969 * 65536);
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
	const reach = new Int32Array((height + 4) * stride).fill(far);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const at = (y + 2) * stride + x + 2;
			reach[at] =
				data[y * width + x] === 0 ? 0 : shortened(reach, at, -1, -stride);
		}
	}
	const distances = new Float32Array(height * width);
	for (let y = height - 1; y >= 0; y--) {
		for (let x = width - 1; x >= 0; x--) {
			const at = (y + 2) * stride + x + 2;
			if (reach[at]! > straight) reach[at] = shortened(reach, at, 1, stride);
			distances[y * width + x] = reach[at]! / straight;
		}
	}
	return distances;
}

/** The shortest way by the eight steps that lead to one side. */
function shortened(
	reach: Int32Array,
	at: number,
	column: number,
	row: number,
): number {
	const beside = Math.min(reach[at + column]!, reach[at + row]!) + straight;
	const across =
		Math.min(reach[at + row - 1]!, reach[at + row + 1]!) + diagonal;
	const flat = Math.min(reach[at + row - 2]!, reach[at + row + 2]!);
	const steep = Math.min(reach[at + 2 * row - 1]!, reach[at + 2 * row + 1]!);
	const jumped = Math.min(flat, steep) + knight;
	return Math.min(reach[at]!, beside, across, jumped);
}
