import { framedLength, placeFramed, placesOf } from "./framed-plane.js";
import type { GrayImage } from "./gray-image.js";
import { simdKernels } from "./simd-kernels.js";

/**
 * Edges, 255 where there is one and 0 elsewhere: thin ridges of the gradient above `low` that touch one above `high`.
 *
 * Thresholds are absolute sums of the two Sobel derivatives, below 32,768.
 *
 * Source: `cv2.Canny` with its default aperture (3) and norm (L1).
 */
export function canny(
	image: GrayImage,
	{ low, high }: { low: number; high: number },
): GrayImage {
	const { height, width } = image;
	const stride = width + 2;
	const count = height * width;
	const framed = framedLength(image);
	const [plane, dx, dy, sums, marks, pending, end] = placesOf(
		...[framed, 2 * count, 2 * count, 2 * framed, framed, 4 * count],
	) as [number, number, number, number, number, number, number];
	const running = simdKernels(end);
	const { kernels, bytes } = running;
	placeFramed(running, image, { at: plane, isMirrored: false });
	kernels.sobel(plane, height, width, dx, dy, sums);
	bytes.fill(0, marks, marks + framed);
	let last = pending;
	for (let y = 0; y < height; y++) {
		const start = (y + 1) * stride + 1;
		last = kernels.markRidges(
			dx + 2 * y * width,
			dy + 2 * y * width,
			sums + 2 * start,
			width,
			low,
			high,
			marks + start,
			last,
		);
	}
	kernels.spreadMarks(pending, last, stride);
	kernels.edgesOf(marks, height, width, plane);
	return { data: bytes.slice(plane, plane + count), height, width };
}
