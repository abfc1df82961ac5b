import { blurRows, planGaussian } from "./gaussian-rows.js";
import { createImage, type Float32Image, type Image } from "./image.js";
import { withScratch } from "./scratch.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";

/** A random field: for each pixel, how far away its color comes from. */
export interface SmoothField {
	/** So many random numbers, the next ones at every call: first how far across, row by row, then how far down. */
	noise(count: number): Float64Array;
	/** The standard deviation of the smoothing, in pixels, of columns and of rows. */
	readonly sigma: readonly [vertical: number, horizontal: number];
	/** By what the smoothed noise is multiplied. */
	readonly strength: number;
}

/** Rows are drawn with at least so many numbers at once, which stay in the cache. */
const fewestDraws = 2 ** 14;

/** Where things lie in the memory: the blur, numbers drawn, how far across all pixels and down a row go, the image. */
function placesOf(
	{ height, width }: Pick<Image, "height" | "width">,
	blurBytes: number,
) {
	const drawn = blurBytes;
	const across = drawn + 8 * (fewestDraws + width);
	const down = across + 4 * (height * width + 4);
	const source = down + 4 * (width + 4);
	const bytes = source + 12 * (height * width + 2);
	return { drawn, across, down, source, bytes };
}

type Places = ReturnType<typeof placesOf>;

function loadImage(
	{ kernels, bytes, singles }: RunningKernels,
	{ data }: Image | Float32Image,
	places: Places,
): void {
	if (data instanceof Float32Array) {
		singles.set(data, places.source / 4);
		return;
	}
	bytes.set(data, places.bytes);
	kernels.bytesToUnits(data.length, places.bytes, places.source);
}

/** Writes rows of noise to an address, one after another, and draws many at once. */
function noiseRows(
	{ doubles }: RunningKernels,
	{ height, width }: Pick<Image, "height" | "width">,
	{ noise, drawn }: { noise: SmoothField["noise"]; drawn: number },
): (y: number, address: number) => void {
	const atOnce = Math.ceil(fewestDraws / width);
	return (y, address) => {
		const row = y % atOnce;
		if (row === 0)
			withScratch(() => {
				const rows = Math.min(atOnce, height - y);
				doubles.set(noise(rows * width), drawn / 8);
			});
		const from = drawn / 8 + row * width;
		doubles.copyWithin(address / 8, from, from + width);
	};
}

/**
 * Takes each pixel of an image, of bytes or in [0, 1], from `(y + dy, x + dx)`, linearly, reflected at the edges.
 *
 * `dx` and `dy` are noise, smoothed by a Gaussian cut off at three deviations, times the strength, in 32 bits.
 * Source: `scipy.ndimage.gaussian_filter(mode="reflect", truncate=3)`, then `map_coordinates(order=1, mode="reflect")`
 * of the bytes divided by 255, then `numpy.uint8(255 · ...)`.
 */
export function displaceSmoothly(
	image: Image | Float32Image,
	{ noise, sigma, strength }: SmoothField,
): Image {
	const { height, width } = image;
	const result = createImage(height, width);
	const plan = planGaussian({ height, width, channels: 1 }, sigma, {
		mode: "reflect",
		truncate: 3,
	});
	const places = placesOf(image, plan.byteLength);
	const running = simdKernels(places.bytes + result.data.length);
	const { kernels, bytes } = running;
	const { drawn, across, down, source } = places;
	const read = noiseRows(running, image, { noise, drawn });
	loadImage(running, image, places);
	blurRows(running, plan, {
		at: 0,
		read,
		write: (y, address) =>
			kernels.doublesToSingles(
				width,
				address,
				strength,
				across + 4 * y * width,
			),
	});
	blurRows(running, plan, {
		at: 0,
		read,
		write(y, address) {
			kernels.doublesToSingles(width, address, strength, down);
			kernels.displaceRow(
				source,
				height,
				width,
				y,
				across + 4 * y * width,
				down,
				places.bytes + 3 * y * width,
			);
		},
	});
	result.data.set(
		bytes.subarray(places.bytes, places.bytes + result.data.length),
	);
	return result;
}
