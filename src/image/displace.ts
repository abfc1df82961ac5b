import { blurRows, planGaussian } from "./gaussian-rows.js";
import type { Float32Image, Image } from "./image.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";

/** A random field: for each pixel, how far away its color comes from. */
export interface SmoothField {
	/** How many bytes at the beginning of the memory of the kernels the noise needs: a multiple of 8. */
	readonly noiseBytes: number;
	/** What writes so many numbers of noise of 64 bits from an address on: how far across, row by row, then down. */
	noise(running: RunningKernels): (address: number, count: number) => void;
	/** The standard deviation of the smoothing, in pixels, of columns and of rows. */
	readonly sigma: readonly [vertical: number, horizontal: number];
	/** By what the smoothed noise is multiplied. */
	readonly strength: number;
}

/**
 * Where things lie in the memory: how far across all pixels and down a row go, where those of a row come from and what
 * becomes of them, the image, and its bytes.
 */
function placesOf(
	{ height, width }: Pick<Image, "height" | "width">,
	at: number,
) {
	const down = at + 4 * (height * width + 4);
	const sources = down + 4 * (width + 4);
	const mixed = sources + 32 * width;
	const source = mixed + 12 * (width + 1);
	const bytes = source + 12 * (height * width + 3);
	return { across: at, down, sources, mixed, source, bytes };
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

/**
 * Takes each pixel of an image, of bytes or in [0, 1], from `(y + dy, x + dx)`, linearly, reflected at the edges.
 *
 * `dx` and `dy` are noise, smoothed by a Gaussian cut off at three deviations, times the strength, in 32 bits.
 * Source: `scipy.ndimage.gaussian_filter(mode="reflect", truncate=3)`, then `map_coordinates(order=1, mode="reflect")`
 * of the bytes divided by 255, then `numpy.uint8(255 · ...)`.
 */
export function displaceSmoothly(
	image: Image | Float32Image,
	{ noiseBytes, noise, sigma, strength }: SmoothField,
): Image {
	const { height, width } = image;
	const plan = planGaussian({ height, width, channels: 1 }, sigma, {
		mode: "reflect",
		truncate: 3,
	});
	const places = placesOf(image, noiseBytes + plan.byteLength);
	const end = places.bytes + image.data.length;
	const running = simdKernels(end);
	const { kernels, bytes } = running;
	const { across, down, sources, mixed } = places;
	const draw = noise(running);
	const rows = {
		at: noiseBytes,
		read: (_: number, address: number) => draw(address, width),
	};
	loadImage(running, image, places);
	blurRows(running, plan, {
		...rows,
		write: (y, address) =>
			kernels.doublesToSingles(
				width,
				address,
				strength,
				across + 4 * y * width,
			),
	});
	blurRows(running, plan, {
		...rows,
		write(y, address) {
			kernels.doublesToSingles(width, address, strength, down);
			kernels.findSources(
				places.source,
				height,
				width,
				y,
				across + 4 * y * width,
				down,
				sources,
			);
			kernels.mixSources(width, sources, mixed);
			kernels.unitsToBytes(3 * width, mixed, places.bytes + 3 * y * width);
		},
	});
	return { data: bytes.slice(places.bytes, end), height, width };
}
