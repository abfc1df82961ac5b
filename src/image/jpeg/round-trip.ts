import type { Image } from "../image.js";
import { joinPlanes, splitPlanes } from "./planes.js";
import { quantizeBytes, roundPlanes, stepsOf } from "./quantize.js";

/**
 * What is left of an image after it has been saved as a JPEG of a quality from 1 to 100 (4:2:0) and read again.
 *
 * Byte for byte the result of Pillow with libjpeg-turbo; the lossless part of the format is skipped.
 */
export function jpegRoundTrip(image: Image, quality: number): Image {
	const planes = splitPlanes(image, quantizeBytes(image));
	roundPlanes(planes, stepsOf(quality));
	return joinPlanes(planes);
}
