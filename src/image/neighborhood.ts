import { framedLength, placeFramed, placesOf } from "./framed-plane.js";
import type { GrayImage } from "./gray-image.js";
import { type SimdKernels, simdKernels } from "./simd-kernels.js";

// The 3 x 3 neighbors of each pixel are as in `cv2.filter2D` with its default border: mirrored about the edge pixels.

/** Bytes that a kernel makes of a plane, which it is given framed. */
function madeOf(
	plane: Omit<GrayImage, "data"> & { data: Uint8Array | Float32Array },
	make: (kernels: SimdKernels, framed: number, result: number) => void,
): GrayImage {
	const { data, height, width } = plane;
	const size = data.BYTES_PER_ELEMENT;
	const [framed, result, end] = placesOf(
		size * framedLength(plane),
		data.length,
	) as [number, number, number];
	const running = simdKernels(end);
	placeFramed(running, plane, { at: framed, isMirrored: true });
	make(running.kernels, framed, result);
	const made = running.bytes.slice(result, result + data.length);
	return { data: made, height, width };
}

/**
 * The means of the 3 x 3 neighbors of 32-bit numbers, cut down, those above `most` counted as that.
 *
 * Exact where the sums are: for multiples of 2^-16 that are at most 28.
 */
export function cutMeans(
	data: Float32Array,
	{ height, width, most }: { height: number; width: number; most: number },
): GrayImage {
	return madeOf({ data, height, width }, (kernels, framed, result) =>
		kernels.cutMeans(framed, height, width, most, result),
	);
}

/** The means of the 3 x 3 neighbors, rounded. */
export function roundedMeans(plane: GrayImage): GrayImage {
	const { height, width } = plane;
	return madeOf(plane, (kernels, framed, result) =>
		kernels.roundedMeans(framed, height, width, result),
	);
}

/** A plane as if its levels were heights lit from the upper left: neighbors weighed by -2 -1 0, -1 1 1, 0 1 2. */
export function litPlane(plane: GrayImage): GrayImage {
	const { height, width } = plane;
	return madeOf(plane, (kernels, framed, result) =>
		kernels.litPlane(framed, height, width, result),
	);
}
