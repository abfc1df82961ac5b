import { writeFile } from "node:fs/promises";
import { PNG } from "pngjs";
import { checkImage, type Image } from "./image.js";
import { encodeJpeg } from "./jpeg/encode.js";

const paeth = 4;
const fastDeflate = 1;

/** Encodes an image as an 8-bit RGB PNG file, losslessly. */
export function encodePng(image: Image): Uint8Array {
	checkImage(image);
	return PNG.sync.write(image as unknown as PNG, {
		colorType: 2,
		inputColorType: 2,
		inputHasAlpha: false,
		filterType: paeth,
		deflateLevel: fastDeflate,
	});
}

/** Writes an image as a PNG file. */
export async function writePng(path: string, image: Image): Promise<void> {
	await writeFile(path, encodePng(image));
}

/** Writes an image as a JPEG file of a quality from 1 to 100, as `encodeJpeg`. */
export async function writeJpeg(
	path: string,
	image: Image,
	quality?: number,
): Promise<void> {
	await writeFile(path, encodeJpeg(image, quality));
}
