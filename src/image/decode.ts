import { readFile } from "node:fs/promises";
import { decodeBmp } from "./decode-bmp.js";
import { decodeWebP } from "./decode-webp.js";
import { asFormat, describeFormat, type Format, formatOf } from "./format.js";
import type { Image } from "./image.js";
import { decodeJpeg } from "./jpeg/decode.js";
import { decodePng } from "./png/decode.js";

const decoders: Readonly<Record<Format, (bytes: Uint8Array) => Image>> = {
	JPEG: decodeJpeg,
	PNG: decodePng,
	WebP: decodeWebP,
	BMP: decodeBmp,
};

/**
 * Decodes a JPEG, PNG, WebP or BMP file held in memory to 8-bit RGB; the format is told by the content.
 *
 * The pixels are those of Pillow's `Image.open(file).convert("RGB")`, also where libjpeg only warns: gray
 * pictures get three equal channels, CMYK becomes RGB, transparency is dropped, orientation tags and color
 * profiles are not applied. Of 16 bits the high byte is kept, as in OpenCV; Pillow does so for colors, but
 * cuts gray levels off at 255. Throws an `Error` where the bytes are none of these formats, and says which
 * they are; where they are cut off or damaged, a checksum is wrong (Pillow does not look at those of the
 * pixels of a PNG), or there are more than 178,956,970 pixels.
 */
export function decodeImage(bytes: Uint8Array): Image {
	const format = formatOf(bytes);
	if (format) return asFormat(format, () => decoders[format](bytes));
	throw new Error(
		`not an image that can be decoded: needs a JPEG, PNG, WebP or BMP file, found ${describeFormat(bytes)}`,
	);
}

/** Reads and decodes an image file as `decodeImage`; errors name the file. */
export async function readImage(path: string): Promise<Image> {
	const bytes = await readFile(path);
	try {
		return decodeImage(bytes);
	} catch (error) {
		throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
	}
}
