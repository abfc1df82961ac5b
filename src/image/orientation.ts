import { decodeImage } from "./decode.js";
import { formatOf } from "./format.js";
import { createImage, type Image } from "./image.js";
import { markers, segmentsOf } from "./jpeg/segments.js";
import { chunksOf } from "./png/chunks.js";

const orientationTag = 0x0112;

/** The Exif data of a JPEG or PNG file. */
function exifOf(bytes: Uint8Array): Buffer | undefined {
	const format = formatOf(bytes);
	if (format === "PNG") {
		const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (const { kind, content } of chunksOf(file))
			if (kind === "eXIf") return content;
	}
	if (format !== "JPEG") return undefined;
	for (const { marker, content } of segmentsOf(bytes)) {
		const isExif = content.toString("latin1", 0, 6) === "Exif\0\0";
		if (marker === markers.application1 && isExif) return content.subarray(6);
	}
	return undefined;
}

/**
 * How a JPEG or PNG file says its picture is to be turned, 1 (not at all) to 8, as numbered by Exif 2.3.
 *
 * 1 where it says nothing, or nothing that makes sense.
 */
export function orientationOf(bytes: Uint8Array): number {
	const tiff = exifOf(bytes);
	if (!tiff || tiff.length < 8) return 1;
	const isLittle = tiff.toString("latin1", 0, 2) === "II";
	const short = (at: number) =>
		at + 2 > tiff.length
			? 0
			: isLittle
				? tiff.readUInt16LE(at)
				: tiff.readUInt16BE(at);
	const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
	for (let i = 0; i < short(directory); i++) {
		const entry = directory + 2 + 12 * i;
		if (short(entry) !== orientationTag) continue;
		const value = short(entry + 8);
		return value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}

/** The image turned as an Exif orientation says; as OpenCV does when it reads a file. */
export function turned(image: Image, orientation: number): Image {
	if (orientation === 1) return image;
	const isTransposed = orientation >= 5;
	const isMirrored = [2, 3, 6, 7].includes(orientation);
	const isUpsideDown = [3, 4, 7, 8].includes(orientation);
	const height = isTransposed ? image.width : image.height;
	const width = isTransposed ? image.height : image.width;
	const result = createImage(height, width);
	for (let y = 0, to = 0; y < height; y++) {
		const row = isUpsideDown ? height - 1 - y : y;
		for (let x = 0; x < width; x++, to += 3) {
			const column = isMirrored ? width - 1 - x : x;
			const from = isTransposed
				? (column * image.width + row) * 3
				: (row * image.width + column) * 3;
			result.data[to] = image.data[from]!;
			result.data[to + 1] = image.data[from + 1]!;
			result.data[to + 2] = image.data[from + 2]!;
		}
	}
	return result;
}

/** Decodes an image file, its picture turned as the file says. */
export const decodeUpright = (bytes: Uint8Array): Image =>
	turned(decodeImage(bytes), orientationOf(bytes));
