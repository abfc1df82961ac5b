import type { Image } from "./image.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";
import { zoomAxis, zoomSteps } from "./zoom.js";

/** Where a row or a pixel begins and the weight of the one after it, each in 16 bytes as the kernels read them. */
interface Axis {
	readonly words: Int32Array;
	/** How many there are; what lies beyond is 0. */
	readonly count: number;
}

/** The axis of a magnified picture of which the first `size` pixels are kept; pixels lie `step` bytes apart. */
function axisOf(size: number, factor: number, step: number): Axis {
	const axis = zoomAxis(size, factor);
	const { before, near, far } = zoomSteps(axis, { first: 0, count: size });
	const past = near.indexOf(0);
	const words = new Int32Array(4 * size);
	const doubles = new Float64Array(words.buffer);
	for (let i = 0; i < size; i++) {
		words[4 * i] = before[i]! * step;
		doubles[2 * i + 1] = far[i]!;
	}
	return { words, count: past < 0 ? size : past };
}

/** One magnification: its rows and its columns, and where the records of both lie in the memory. */
interface Magnification {
	readonly down: Axis;
	readonly across: Axis;
	readonly downAt: number;
	readonly acrossAt: number;
}

/** Rows of a band: so many sums stay in the cache while one magnification after another is added to them. */
const bandRows = 16;

const roundUp = (bytes: number, unit: number): number =>
	Math.ceil(bytes / unit) * unit;

/** Where things lie in the memory: records, two rows of 64 bits, sums of a band, the source in 32 bits, and bytes. */
function placesOf({ height, width }: Image, factors: readonly number[]) {
	const stride = roundUp(12 * width, 32);
	const room = 16 * (height + width) * factors.length;
	const sums = room + roundUp(2 * (24 * width + 32), 32);
	const source = sums + bandRows * stride;
	// Behind the last row and pixel there are others, which count nothing.
	const bytes = source + (height + 1) * stride + 32;
	return { stride, room, sums, source, bytes };
}

type Places = ReturnType<typeof placesOf>;

function load(
	{ kernels, bytes, words, singles }: RunningKernels,
	{ data, height, width }: Image,
	{ places, zooms }: { places: Places; zooms: readonly Magnification[] },
): void {
	for (const { down, across, downAt, acrossAt } of zooms) {
		words.set(down.words, downAt / 4);
		words.set(across.words, acrossAt / 4);
	}
	const { stride, source } = places;
	bytes.set(data, places.bytes);
	for (let y = 0; y < height; y++)
		kernels.bytesToUnits(
			3 * width,
			places.bytes + 3 * width * y,
			source + stride * y,
		);
	const end = (source + stride * height) / 4;
	singles.fill(0, end, end + stride / 4 + 8);
}

/** Adds the rows of a magnification that are in a band. */
function addTo(
	{ kernels }: RunningKernels,
	{ down, across, downAt, acrossAt }: Magnification,
	{ places, first, end }: { places: Places; first: number; end: number },
): void {
	kernels.addMagnified(
		Math.min(end, down.count) - first,
		places.sums,
		places.stride,
		places.source,
		downAt + 16 * first,
		acrossAt,
		across.count,
		places.room,
	);
}

/**
 * The mean of an image twice and of its middle magnified by each of some factors > 1, linearly, cut down to bytes.
 *
 * Of a magnified picture, which is at most one pixel too large, the top left is kept. Numbers are rounded to 32 bits
 * where scipy and NumPy do. Source: `zoom_blur` of imagecorruptions and of hendrycks/robustness.
 */
export function meanMagnified(image: Image, factors: readonly number[]): Image {
	const { height, width } = image;
	const places = placesOf(image, factors);
	const { stride, sums, source } = places;
	const zooms = factors.map((factor, i) => {
		const downAt = 16 * (height + width) * i;
		return {
			down: axisOf(height, factor, stride),
			across: axisOf(width, factor, 12),
			downAt,
			acrossAt: downAt + 16 * height,
		};
	});
	const last = places.bytes + image.data.length;
	const running = simdKernels(last);
	const { kernels, bytes } = running;
	load(running, image, { places, zooms });
	for (let first = 0; first < height; first += bandRows) {
		const end = Math.min(first + bandRows, height);
		// The first of the magnifications is the image itself.
		bytes.copyWithin(sums, source + stride * first, source + stride * end);
		for (const zoom of zooms) addTo(running, zoom, { places, first, end });
		for (let y = first; y < end; y++)
			kernels.meansToBytes(
				3 * width,
				source + stride * y,
				sums + stride * (y - first),
				factors.length + 2,
				places.bytes + 3 * width * y,
			);
	}
	return { data: bytes.slice(places.bytes, last), height, width };
}
