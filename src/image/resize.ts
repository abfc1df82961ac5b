import { type Checks, checkOptions } from "../check/check-options.js";
import { oneOf, required, whole } from "../check/checks.js";
import { checkImage, createImage, type Image } from "./image.js";
import { resample } from "./resample.js";
import type { ResizeKernel } from "./resize-taps.js";
import { simdKernels } from "./simd-kernels.js";

const filters = ["nearest", "box", "bilinear", "bicubic"] as const;
/** The resampling filters of Pillow. */
export type ResizeFilter = (typeof filters)[number];
/** The check of a filter among options. */
export const filterCheck = oneOf(filters);

/** The size to resize to, in pixels, and how. */
export interface ResizeOptions {
	readonly height: number;
	readonly width: number;
	/** Default `"bilinear"`. */
	readonly filter?: ResizeFilter;
}

const checks: Checks<ResizeOptions> = {
	height: required(whole({ from: 1 })),
	width: required(whole({ from: 1 })),
	filter: filterCheck,
};

const kernels: Record<Exclude<ResizeFilter, "nearest">, ResizeKernel> = {
	box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
	bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
	bicubic: { support: 2, weight: cubic },
};

/**
 * Resizes an image, smoothing where it shrinks; byte for byte `PIL.Image.resize`.
 *
 * Throws unless it is an image, both sides are positive integers, and the filter is one of those.
 */
export function resize(image: Image, options: ResizeOptions): Image {
	checkImage(image);
	checkOptions("resize", options, checks);
	const { height, width, filter = "bilinear" } = options;
	return filter === "nearest"
		? resizeNearest(image, createImage(height, width))
		: resample(image, { height, width }, kernels[filter]);
}

function cubic(distance: number): number {
	const a = -0.5;
	const x = Math.abs(distance);
	if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
	if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
	return 0;
}

function resizeNearest(image: Image, resized: Image): Image {
	const columns = nearestIndices(image.width, resized.width);
	const rows = nearestIndices(image.height, resized.height);
	const stride = image.width * 3;
	const length = columns.length * 3;
	const source = columns.byteLength;
	const result = source + stride + 16;
	const { kernels, bytes, words } = simdKernels(result + length);
	words.set(columns.map((column) => 3 * column));
	const { data } = resized;
	rows.forEach((row, y) => {
		if (row !== rows[y - 1]) {
			bytes.set(image.data.subarray(row * stride, (row + 1) * stride), source);
			kernels.pickPixels(0, columns.length, source, result);
		}
		data.set(bytes.subarray(result, result + length), y * length);
	});
	return resized;
}

/** The source pixel under the center of each result pixel; positions are added up, as Pillow does. */
function nearestIndices(from: number, to: number): Int32Array {
	const step = from / to;
	const indices = new Int32Array(to);
	let position = step * 0.5;
	for (let i = 0; i < to; i++, position += step) {
		indices[i] = Math.min(Math.floor(position), from - 1);
	}
	return indices;
}
