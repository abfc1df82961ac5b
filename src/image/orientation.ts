import { createImage, type Image } from "./image.js";

const startOfScan = 0xda;
const application1 = 0xe1;
const orientationTag = 0x0112;

/** The bytes after the marker's own length, of the first Exif segment of a JPEG file. */
function exifSegment(file: Buffer): Buffer | undefined {
	let at = 2;
	while (at + 4 <= file.length && file[at] === 0xff) {
		const marker = file[at + 1];
		const length = file.readUInt16BE(at + 2);
		if (marker === startOfScan) return undefined;
		const segment = file.subarray(at + 4, at + 2 + length);
		const isExif = segment.toString("latin1", 0, 6) === "Exif\0\0";
		if (marker === application1 && isExif) return segment.subarray(6);
		at += 2 + length;
	}
	return undefined;
}

/**
 * How a JPEG file says its picture is to be turned, 1 (not at all) to 8, as numbered by Exif 2.3.
 *
 * 1 where it says nothing, or nothing that makes sense.
 */
export function orientationOf(bytes: Uint8Array): number {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return 1;
	const tiff = exifSegment(file);
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
