import type { FloatImage } from "../../src/image/image.js";
import { type Window, zoomAxis, zoomSteps } from "../../src/image/zoom.js";

/**
 * Magnifies the center of an image by `factor` >= 1, linearly, as upstream's `clipped_zoom` before it trims.
 *
 * `window` is the part of the magnified picture that is wanted; without it, all of it:
 * `zoomAxis(height, factor).size` by `zoomAxis(width, factor).size`.
 * Source: `scipy.ndimage.zoom(order=1)`, the corner pixels of the crop mapped to the corners of the result.
 */
export function clippedZoom(
	image: FloatImage,
	factor: number,
	window?: Window,
): FloatImage {
	const rows = zoomAxis(image.height, factor);
	const columns = zoomAxis(image.width, factor);
	const { top, left, height, width } = window ?? {
		top: 0,
		left: 0,
		height: rows.size,
		width: columns.size,
	};
	const { channels } = image;
	const vertical = zoomSteps(rows, { first: top, count: height });
	const horizontal = zoomSteps(columns, { first: left, count: width });
	const data = new Float64Array(height * width * channels);
	const rowLength = image.width * channels;
	const source = image.data;
	for (let y = 0, to = 0; y < height; y++) {
		const upper = vertical.before[y]! * rowLength;
		const lower = vertical.after[y]! * rowLength;
		const up = vertical.near[y]!;
		const down = vertical.far[y]!;
		for (let x = 0; x < width; x++) {
			const a = horizontal.before[x]! * channels;
			const b = horizontal.after[x]! * channels;
			const left = horizontal.near[x]!;
			const right = horizontal.far[x]!;
			for (let c = 0; c < channels; c++, to++) {
				data[to] =
					up *
						(left * source[upper + a + c]! + right * source[upper + b + c]!) +
					down *
						(left * source[lower + a + c]! + right * source[lower + b + c]!);
			}
		}
	}
	return { data, height, width, channels };
}
