import { readFile } from "node:fs/promises";
import { decode as decodeJpeg } from "@cwasm/jpeg-turbo";
import { PNG } from "pngjs";
import { createImage, type Image } from "./image.js";

const jpegStart = [0xff, 0xd8, 0xff];
const pngStart = [0x89, 0x50, 0x4e, 0x47];

/**
 * Decodes a JPEG or PNG file held in memory to 8-bit RGB.
 *
 * Grey pictures get three equal channels, transparency is dropped, orientation tags and color
 * profiles are not applied; JPEGs are decoded by libjpeg-turbo, as in Pillow and OpenCV.
 * Throws an `Error` where the bytes are neither, are cut off, or are a CMYK JPEG.
 */
export function decodeImage(bytes: Uint8Array): Image {
	if (startsWith(bytes, jpegStart)) {
		return withoutAlpha(decoded("JPEG", () => decodeJpeg(bytes)));
	}
	if (startsWith(bytes, pngStart)) {
		return withoutAlpha(
			decoded("PNG", () => PNG.sync.read(Buffer.from(bytes))),
		);
	}
	throw new Error(
		`not an image that can be decoded: needs a JPEG or PNG file, found ${describe(bytes)}`,
	);
}

/** Reads and decodes a JPEG or PNG file as `decodeImage`; errors name the file. */
export async function readImage(path: string): Promise<Image> {
	const bytes = await readFile(path);
	try {
		return decodeImage(bytes);
	} catch (error) {
		throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
	}
}

interface Rgba {
	readonly data: Uint8Array | Uint8ClampedArray;
	readonly height: number;
	readonly width: number;
}

function decoded(format: string, decode: () => Rgba): Rgba {
	try {
		return decode();
	} catch (error) {
		throw new Error(
			`damaged or unsupported ${format} file (8-bit grey or color is expected): ${(error as Error).message}`,
			{ cause: error },
		);
	}
}

function withoutAlpha({ data, height, width }: Rgba): Image {
	const image = createImage(height, width);
	const rgb = image.data;
	for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
		rgb[to] = data[from] as number;
		rgb[to + 1] = data[from + 1] as number;
		rgb[to + 2] = data[from + 2] as number;
	}
	return image;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
	return start.every((byte, i) => bytes[i] === byte);
}

function describe(bytes: Uint8Array): string {
	if (bytes.length === 0) return "no bytes";
	const start = [...bytes.subarray(0, 4)].map((byte) =>
		byte.toString(16).padStart(2, "0"),
	);
	return `bytes ${start.join(" ")} ...`;
}
