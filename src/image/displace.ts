import { edgeIndex } from "./edge.js";
import { createImage, type Float32Image, type Image } from "./image.js";

/** For each pixel, how far away its color comes from, in pixels. */
export interface Displacement {
	readonly dx: Float32Array;
	readonly dy: Float32Array;
}

/**
 * Takes each pixel of an image in [0, 1] from `(y + dy, x + dx)`, linearly, reflected at the edges.
 *
 * Source: `scipy.ndimage.map_coordinates(order=1, mode="reflect")`, then `numpy.uint8(255 · ...)`.
 */
export function displace(
	{ data, height, width }: Float32Image,
	{ dx, dy }: Displacement,
): Image {
	const image = createImage(height, width);
	for (let y = 0, i = 0; y < height; y++) {
		for (let x = 0; x < width; x++, i++) {
			const sourceX = x + dx[i]!;
			const sourceY = y + dy[i]!;
			const column = Math.floor(sourceX);
			const row = Math.floor(sourceY);
			const right = sourceX - column;
			const down = sourceY - row;
			const left = edgeIndex(column, width, "reflect") * 3;
			const next = edgeIndex(column + 1, width, "reflect") * 3;
			const upper = edgeIndex(row, height, "reflect") * width * 3;
			const lower = edgeIndex(row + 1, height, "reflect") * width * 3;
			for (let c = 0; c < 3; c++) {
				const value =
					(1 - down) *
						((1 - right) * data[upper + left + c]! +
							right * data[upper + next + c]!) +
					down *
						((1 - right) * data[lower + left + c]! +
							right * data[lower + next + c]!);
				image.data[3 * i + c] = Math.fround(Math.fround(value) * 255);
			}
		}
	}
	return image;
}
