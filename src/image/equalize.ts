import type { GrayImage } from "./gray-image.js";
import { roundHalfEven } from "./round-half-even.js";

/**
 * Spreads the gray levels so that their cumulative histogram is as straight as it can be; a uniform picture stays.
 *
 * Source: `cv2.equalizeHist`, whose arithmetic is in 32-bit floats.
 */
export function equalize({ data, height, width }: GrayImage): GrayImage {
	const histogram = new Int32Array(256);
	for (let i = 0; i < data.length; i++) histogram[data[i]!]!++;
	const darkest = histogram.findIndex((count) => count > 0);
	const rest = data.length - histogram[darkest]!;
	if (rest === 0) return { data: data.slice(), height, width };
	const scale = Math.fround(255 / rest);
	const levels = new Uint8Array(256);
	for (let level = darkest + 1, sum = 0; level < 256; level++) {
		sum += histogram[level]!;
		levels[level] = roundHalfEven(Math.fround(Math.fround(sum) * scale));
	}
	const equalized = new Uint8Array(data.length);
	for (let i = 0; i < data.length; i++) equalized[i] = levels[data[i]!]!;
	return { data: equalized, height, width };
}
