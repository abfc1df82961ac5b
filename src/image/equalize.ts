import { placesOf } from "./framed-plane.js";
import type { GrayImage } from "./gray-image.js";
import { roundHalfEven } from "./round-half-even.js";
import { simdKernels } from "./simd-kernels.js";

/**
 * Spreads the gray levels so that their cumulative histogram is as straight as it can be; a uniform picture stays.
 *
 * Source: `cv2.equalizeHist`, whose arithmetic is in 32-bit floats.
 */
export function equalize({ data, height, width }: GrayImage): GrayImage {
	const [counts, at, end] = placesOf(1024, data.length) as [
		number,
		number,
		number,
	];
	const { kernels, bytes, words } = simdKernels(end);
	bytes.set(data, at);
	kernels.countLevels(at, data.length, counts);
	const histogram = words.slice(counts / 4, counts / 4 + 256);
	const darkest = histogram.findIndex((count) => count > 0);
	const rest = data.length - histogram[darkest]!;
	if (rest === 0) return { data: data.slice(), height, width };
	const scale = Math.fround(255 / rest);
	const levels = new Uint8Array(256);
	for (let level = darkest + 1, sum = 0; level < 256; level++) {
		sum += histogram[level]!;
		levels[level] = roundHalfEven(Math.fround(Math.fround(sum) * scale));
	}
	bytes.set(levels, counts);
	kernels.mapLevels(at, data.length, counts);
	return { data: bytes.slice(at, at + data.length), height, width };
}
