import type { ChangePixels, PixelSize } from "./pixels.js";

/** Where each pixel of the result is taken from: the four neighbors of a point, side by side, and their weights. */
export interface SamplingGrid {
	/** Where the pixels begin, `[height · width, 4]`. */
	readonly neighbors: Int32Array;
	/** `[height · width, 4]`. */
	readonly weights: Float32Array;
}

/** The grid that takes pixel `(x, y)` from `(x - dx, y - dy)`, held inside the image. */
export function samplingGrid(
	dx: ArrayLike<number>,
	dy: ArrayLike<number>,
	{ height, width }: PixelSize,
): SamplingGrid {
	const { ceil, floor, fround, max, min } = Math;
	const neighbors = new Int32Array(4 * height * width);
	const weights = new Float32Array(neighbors.length);
	for (let pixel = 0, at = 0; pixel < height * width; pixel++, at += 4) {
		const movedX = fround((pixel % width) - (dx[pixel] as number));
		const movedY = fround(floor(pixel / width) - (dy[pixel] as number));
		const x = min(max(movedX, 0), width - 1);
		const y = min(max(movedY, 0), height - 1);
		const [left, right] = [floor(x), ceil(x)];
		const [above, below] = [floor(y) * width, ceil(y) * width];
		const [farX, farY] = [fround(x - left), fround(y - floor(y))];
		neighbors[at] = 3 * (above + left);
		neighbors[at + 1] = 3 * (above + right);
		neighbors[at + 2] = 3 * (below + left);
		neighbors[at + 3] = 3 * (below + right);
		weights[at] = fround(1 - farY) * fround(1 - farX);
		weights[at + 1] = fround(1 - farY) * farX;
		weights[at + 2] = farY * fround(1 - farX);
		weights[at + 3] = farY * farX;
	}
	return { neighbors, weights };
}

/** Takes each image, of any range, bilinearly from where the grid says. */
export const deformPixels =
	({ neighbors, weights }: SamplingGrid): ChangePixels =>
	(from, to) => {
		for (let at = 0, pixel = 0; at < neighbors.length; at += 4, pixel += 3) {
			const a = neighbors[at]!;
			const b = neighbors[at + 1]!;
			const c = neighbors[at + 2]!;
			const d = neighbors[at + 3]!;
			const wa = weights[at]!;
			const wb = weights[at + 1]!;
			const wc = weights[at + 2]!;
			const wd = weights[at + 3]!;
			to[pixel] = wa * from[a]! + wb * from[b]! + wc * from[c]! + wd * from[d]!;
			to[pixel + 1] =
				wa * from[a + 1]! +
				wb * from[b + 1]! +
				wc * from[c + 1]! +
				wd * from[d + 1]!;
			to[pixel + 2] =
				wa * from[a + 2]! +
				wb * from[b + 2]! +
				wc * from[c + 2]! +
				wd * from[d + 2]!;
		}
	};
