import { type Checks, checkOptions } from "../check/check-options.js";
import { oneOf, required, whole } from "../check/checks.js";
import { createImage, type Image } from "./image.js";

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

interface Kernel {
	/** How far the filter reaches, in source pixels, when the size stays. */
	readonly support: number;
	weight(distance: number): number;
}

const kernels: Record<Exclude<ResizeFilter, "nearest">, Kernel> = {
	box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
	bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
	bicubic: { support: 2, weight: cubic },
};

/**
 * Resizes an image, smoothing where it shrinks; byte for byte `PIL.Image.resize`.
 *
 * Throws unless both sides are positive integers and the filter is one of those.
 */
export function resize(image: Image, options: ResizeOptions): Image {
	checkOptions("resize", options, checks);
	const { height, width, filter = "bilinear" } = options;
	const resized = createImage(height, width);
	if (filter === "nearest") return resizeNearest(image, resized);
	const kernel = kernels[filter];
	const across =
		width === image.width ? image : resizeAcross(image, { width, kernel });
	return height === image.height
		? { ...across, data: across === image ? image.data.slice() : across.data }
		: resizeDown(across, { height, kernel });
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
	const length = columns.length * 3;
	const { data } = resized;
	rows.forEach((row, y) => {
		if (row === rows[y - 1]) {
			data.copyWithin(y * length, (y - 1) * length, y * length);
		} else {
			const source = image.data.subarray(row * image.width * 3);
			pickPixels(data.subarray(y * length, (y + 1) * length), source, columns);
		}
	});
	return resized;
}

function pickPixels(
	result: Uint8Array,
	source: Uint8Array,
	columns: Int32Array,
): void {
	for (let x = 0, to = 0; to < result.length; x++, to += 3) {
		const from = columns[x]! * 3;
		result[to] = source[from]!;
		result[to + 1] = source[from + 1]!;
		result[to + 2] = source[from + 2]!;
	}
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

const precision = 22;

interface Taps {
	/** The first source pixel of each result pixel. */
	readonly starts: Int32Array;
	/** How many source pixels each result pixel has. */
	readonly counts: Int32Array;
	/** `size` weights, in units of 2^-22, for each result pixel. */
	readonly weights: Int32Array;
	readonly size: number;
}

function resizeTaps(
	from: number,
	to: number,
	{ support, weight }: Kernel,
): Taps {
	const scale = from / to;
	const stretch = Math.max(scale, 1);
	const reach = support * stretch;
	const size = Math.ceil(reach) * 2 + 1;
	const taps = {
		starts: new Int32Array(to),
		counts: new Int32Array(to),
		weights: new Int32Array(to * size),
		size,
	};
	for (let i = 0; i < to; i++) {
		const center = (i + 0.5) * scale;
		const start = Math.max(Math.trunc(center - reach + 0.5), 0);
		const count = Math.min(Math.trunc(center + reach + 0.5), from) - start;
		const row = Array.from({ length: count }, (_, k) =>
			weight((k + start - center + 0.5) * (1 / stretch)),
		);
		const sum = row.reduce((total, value) => total + value, 0);
		taps.starts[i] = start;
		taps.counts[i] = count;
		for (let k = 0; k < count; k++) {
			const share =
				(sum === 0 ? row[k]! : row[k]! * (1 / sum)) * 2 ** precision;
			taps.weights[i * size + k] = Math.trunc(share + (share < 0 ? -0.5 : 0.5));
		}
	}
	return taps;
}

const half = 1 << (precision - 1);

function resizeAcross(
	image: Image,
	{ width, kernel }: { width: number; kernel: Kernel },
): Image {
	const { starts, counts, weights, size } = resizeTaps(
		image.width,
		width,
		kernel,
	);
	const result = createImage(image.height, width);
	const bytes = new Uint8ClampedArray(result.data.buffer);
	const source = image.data;
	for (let y = 0, to = 0; y < image.height; y++) {
		for (let x = 0; x < width; x++, to += 3) {
			let from = (y * image.width + starts[x]!) * 3;
			let red = half;
			let green = half;
			let blue = half;
			const first = x * size;
			const end = first + counts[x]!;
			for (let k = first; k < end; k++, from += 3) {
				const weight = weights[k]!;
				red += source[from]! * weight;
				green += source[from + 1]! * weight;
				blue += source[from + 2]! * weight;
			}
			bytes[to] = red >> precision;
			bytes[to + 1] = green >> precision;
			bytes[to + 2] = blue >> precision;
		}
	}
	return result;
}

function resizeDown(
	image: Image,
	{ height, kernel }: { height: number; kernel: Kernel },
): Image {
	const taps = resizeTaps(image.height, height, kernel);
	const result = createImage(height, image.width);
	const bytes = new Uint8ClampedArray(result.data.buffer);
	const length = image.width * 3;
	const sums = new Int32Array(length);
	const source = image.data;
	for (let y = 0; y < height; y++) {
		sums.fill(half);
		for (let k = 0; k < taps.counts[y]!; k++) {
			const from = (taps.starts[y]! + k) * length;
			const weight = taps.weights[y * taps.size + k]!;
			for (let i = 0; i < length; i++) {
				sums[i]! += source[from + i]! * weight;
			}
		}
		for (let i = 0; i < length; i++) {
			bytes[y * length + i] = sums[i]! >> precision;
		}
	}
	return result;
}
