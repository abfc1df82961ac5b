import { type PixelChange, type PixelSize, room } from "./pixels.js";

/** How far pixels move along x and along y, in pixels, `[height · width]` each. */
export type Displacement = readonly [Float32Array, Float32Array];

const recordBytes = 32;

/** Takes pixel `(x, y)` of each image, of any range, bilinearly from `(x - dx, y - dy)`, held inside the image. */
export function deformPixels(
	[dx, dy]: Displacement,
	{ height, width }: PixelSize,
): PixelChange {
	const pixels = height * width;
	const gridBytes = room(recordBytes * pixels);
	const moveBytes = room(4 * pixels);
	return {
		byteLength: gridBytes + 2 * moveBytes,
		begin({ kernels, singles }, grid) {
			const [x, y] = [grid + gridBytes, grid + gridBytes + moveBytes];
			singles.set(dx, x / 4);
			singles.set(dy, y / 4);
			kernels.samplingGrid(x, y, height, width, grid);
			return (from, to) => kernels.deformPixels(from, pixels, grid, to);
		},
	};
}
