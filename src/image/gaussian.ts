import { type EdgeMode, edgeIndex } from "./edge.js";
import { fromUnit, toUnit } from "./float.js";
import type { FloatImage, Image } from "./image.js";
import { pairwiseSum } from "./pairwise-sum.js";
import { addTapPairs, setTap } from "./rows.js";
import { scratchFloats, withScratch } from "./scratch.js";

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
	const data = scratchFloats(image.data.length);
	const length = width * channels;
	const margin = (across.length - 1) * channels;
	const padded = new Float64Array(length + 2 * margin);
	const row = padded.subarray(margin, margin + length);
	for (let y = 0; y < height; y++) {
		blurDown(row, image, { y, kernel: down, mode });
		padRow(padded, { margin, width, channels, mode });
		convolve(data.subarray(y * length, (y + 1) * length), padded, {
			kernel: across,
			place: (offset) => margin + offset * channels,
		});
	}
	return { data, height, width, channels };
}

/** An 8-bit image, blurred as `gaussianFilter` does and cut down to integers. */
export const blurImage = (image: Image, sigma: number): Image =>
	withScratch(() => fromUnit(gaussianFilter(toUnit(image), sigma)));

/** The weights of a Gaussian from its center outwards, of radius `floor(truncate · sigma + 0.5)`. */
function halfKernel(sigma: number, truncate: number): Float64Array {
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

function blurDown(
	row: Float64Array,
	{ data, height, width, channels }: FloatImage,
	{ y, kernel, mode }: { y: number; kernel: Float64Array; mode: EdgeMode },
): void {
	const length = width * channels;
	const place = (index: number) => edgeIndex(index, height, mode) * length;
	convolve(row, data, { kernel, place: (offset) => place(y + offset) });
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

/** Adds up the taps of a symmetric kernel, the middle one first and then the outermost, as scipy does. */
function convolve(
	row: Float64Array,
	data: Float64Array,
	{
		kernel,
		place,
	}: { kernel: Float64Array; place: (offset: number) => number },
): void {
	const radius = kernel.length - 1;
	const firsts = new Int32Array(radius);
	const seconds = new Int32Array(radius);
	for (let k = 0; k < radius; k++) {
		firsts[k] = place(k - radius);
		seconds[k] = place(radius - k);
	}
	setTap(row, data, { start: place(0), weight: kernel[0]! });
	const weights = kernel.subarray(1).toReversed();
	addTapPairs(row, data, { firsts, seconds, weights });
}
