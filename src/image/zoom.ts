import type { FloatImage } from "./image.js";
import { roundHalfEven } from "./round-half-even.js";
import { scratchFloats } from "./scratch.js";

/** How one axis is magnified: the crop that is read and the size of what comes out. */
export interface ZoomAxis {
	/** Where the centered crop starts, in pixels. */
	readonly start: number;
	/** How many pixels the crop holds. */
	readonly crop: number;
	/** How many pixels the magnified crop holds; may exceed the size it came from. */
	readonly size: number;
}

/** The centered crop of `ceil(size / factor)` pixels that `clippedZoom` magnifies. */
export function zoomAxis(size: number, factor: number): ZoomAxis {
	const crop = Math.ceil(size / factor);
	return {
		start: Math.floor((size - crop) / 2),
		crop,
		size: roundHalfEven(crop * factor),
	};
}

/** A part of a picture, in pixels. */
export interface Window {
	readonly top: number;
	readonly left: number;
	readonly height: number;
	readonly width: number;
}

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
	const data = scratchFloats(height * width * channels);
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

/** For each pixel of a magnified axis, the two source pixels it lies between and their weights. */
export interface ZoomSteps {
	readonly before: Int32Array;
	readonly after: Int32Array;
	readonly near: Float64Array;
	readonly far: Float64Array;
}

/** The interpolation steps of `count` pixels of a magnified axis from `first`. */
export function zoomSteps(
	{ start, crop, size }: ZoomAxis,
	{ first, count }: { first: number; count: number },
): ZoomSteps {
	const steps = {
		before: new Int32Array(count),
		after: new Int32Array(count),
		near: new Float64Array(count),
		far: new Float64Array(count),
	};
	const step = size > 1 ? (crop - 1) / (size - 1) : 1;
	for (let i = 0; i < count; i++) {
		const position = (first + i) * step;
		// Where rounding carries the last position past the crop, scipy gives zero; kept for parity.
		if (position > crop - 1) continue;
		const before = Math.floor(position);
		steps.before[i] = start + before;
		steps.after[i] = start + Math.min(before + 1, crop - 1);
		steps.near[i] = 1 - (position - before);
		steps.far[i] = position - before;
	}
	return steps;
}
