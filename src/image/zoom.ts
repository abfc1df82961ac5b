import { roundHalfEven } from "./round-half-even.js";

/** How one axis is magnified: the crop that is read and the size of what comes out. */
export interface ZoomAxis {
	/** Where the centered crop starts, in pixels. */
	readonly start: number;
	/** How many pixels the crop holds. */
	readonly crop: number;
	/** How many pixels the magnified crop holds; may exceed the size it came from. */
	readonly size: number;
}

/** The centered crop of `ceil(size / factor)` pixels that is magnified, as upstream's `clipped_zoom` does, before it is trimmed. */
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

/** For each pixel of a magnified axis, the two source pixels it lies between and their weights. */
export interface ZoomSteps {
	readonly before: Int32Array;
	readonly after: Int32Array;
	readonly near: Float64Array;
	readonly far: Float64Array;
}

/**
 * The interpolation steps of `count` pixels of a magnified axis from `first`.
 *
 * Source: `scipy.ndimage.zoom(order=1)`, the corner pixels of the crop mapped to the corners of the result.
 */
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
