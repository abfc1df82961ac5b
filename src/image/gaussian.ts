import type { FloatImage } from "./image.js";

/** How pixels beyond the edge are made up: `a a a | a b c` or `b a | a b c`. */
export type EdgeMode = "nearest" | "reflect";

/** What `gaussianFilter` takes besides the image. */
export interface GaussianOptions {
	/** Default `"nearest"`, as in scikit-image. */
	readonly mode?: EdgeMode;
	/** The radius of the kernel in standard deviations; default 4. */
	readonly truncate?: number;
}

/**
 * Blurs every channel by a truncated Gaussian; `sigma` is one number of pixels or one for rows and one for columns.
 *
 * The same operations in the same order as `scipy.ndimage.gaussian_filter`, which `skimage.filters.gaussian` calls.
 */
export function gaussianFilter(
	image: FloatImage,
	sigma: number | readonly [vertical: number, horizontal: number],
	{ mode = "nearest", truncate = 4 }: GaussianOptions = {},
): FloatImage {
	const [vertical, horizontal] =
		typeof sigma === "number" ? [sigma, sigma] : sigma;
	const down = halfKernel(vertical, truncate);
	const across = halfKernel(horizontal, truncate);
	const { height, width, channels } = image;
	const data = new Float64Array(image.data.length);
	const length = width * channels;
	const margin = (across.length - 1) * channels;
	const padded = new Float64Array(length + 2 * margin);
	const row = padded.subarray(margin, margin + length);
	for (let y = 0; y < height; y++) {
		blurDown(row, image, { y, kernel: down, mode });
		padRow(padded, { margin, width, channels, mode });
		blurAcross(data.subarray(y * length, (y + 1) * length), padded, {
			kernel: across,
			channels,
		});
	}
	return { data, height, width, channels };
}

/** The weights of a Gaussian from its center outwards, of radius `floor(truncate · sigma + 0.5)`. */
export function halfKernel(sigma: number, truncate: number): Float64Array {
	if (sigma <= 1e-15) return Float64Array.of(1);
	const radius = Math.floor(truncate * sigma + 0.5);
	const kernel = new Float64Array(2 * radius + 1);
	const scale = -0.5 / (sigma * sigma);
	for (let i = 0; i < kernel.length; i++) {
		kernel[i] = Math.exp(scale * (i - radius) ** 2);
	}
	const sum = pairwiseSum(kernel);
	return kernel.subarray(radius).map((weight) => weight / sum);
}

/** Adds up in the order of `numpy.sum`, so that flat areas round as they do there. */
function pairwiseSum(values: Float64Array): number {
	const { length } = values;
	if (length > 128) {
		const half = Math.floor(length / 16) * 8;
		return (
			pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half))
		);
	}
	const whole = length - (length % 8);
	const sums = new Float64Array(8);
	for (let i = 0; i < whole; i++) sums[i % 8]! += values[i]!;
	const [a, b, c, d, e, f, g, h] = sums as unknown as number[];
	let sum = a! + b! + (c! + d!) + (e! + f! + (g! + h!));
	for (let i = whole; i < length; i++) sum += values[i]!;
	return sum;
}

/** The index inside `[0, size)` that stands for any index. */
export function edgeIndex(index: number, size: number, mode: EdgeMode): number {
	if (mode === "nearest") return Math.min(Math.max(index, 0), size - 1);
	const phase = ((index % (2 * size)) + 2 * size) % (2 * size);
	return phase < size ? phase : 2 * size - 1 - phase;
}

function blurDown(
	row: Float64Array,
	{ data, height, width, channels }: FloatImage,
	{ y, kernel, mode }: { y: number; kernel: Float64Array; mode: EdgeMode },
): void {
	const length = width * channels;
	scaleInto(row, data, { from: y * length, weight: kernel[0]! });
	for (let k = kernel.length - 1; k > 0; k--) {
		addPair(row, data, {
			first: edgeIndex(y - k, height, mode) * length,
			second: edgeIndex(y + k, height, mode) * length,
			weight: kernel[k]!,
		});
	}
}

function padRow(
	padded: Float64Array,
	{
		margin,
		width,
		channels,
		mode,
	}: { margin: number; width: number; channels: number; mode: EdgeMode },
): void {
	for (let x = -margin / channels; x < 0; x++) {
		const left = margin + edgeIndex(x, width, mode) * channels;
		const right = margin + edgeIndex(width - 1 - x, width, mode) * channels;
		for (let c = 0; c < channels; c++) {
			padded[margin + x * channels + c] = padded[left + c]!;
			padded[margin + (width - 1 - x) * channels + c] = padded[right + c]!;
		}
	}
}

function blurAcross(
	row: Float64Array,
	padded: Float64Array,
	{ kernel, channels }: { kernel: Float64Array; channels: number },
): void {
	const center = (kernel.length - 1) * channels;
	scaleInto(row, padded, { from: center, weight: kernel[0]! });
	for (let k = kernel.length - 1; k > 0; k--) {
		addPair(row, padded, {
			first: center - k * channels,
			second: center + k * channels,
			weight: kernel[k]!,
		});
	}
}

function scaleInto(
	row: Float64Array,
	data: Float64Array,
	{ from, weight }: { from: number; weight: number },
): void {
	for (let i = 0; i < row.length; i++) row[i] = data[from + i]! * weight;
}

function addPair(
	row: Float64Array,
	data: Float64Array,
	{ first, second, weight }: { first: number; second: number; weight: number },
): void {
	for (let i = 0; i < row.length; i++) {
		row[i]! += (data[first + i]! + data[second + i]!) * weight;
	}
}
