import { asFormat, describeFormat, formatOf } from "./format.js";
import { pngColors } from "./png/chunks.js";
import { readPng } from "./png/read-png.js";

/** A number for each pixel, row by row, as it is written in the file. */
export interface IndexPicture {
	readonly data: Uint8Array | Uint16Array;
	readonly height: number;
	readonly width: number;
}

/**
 * Reads the class indices of a PNG file in memory: gray levels or places in a palette, of 1 to 16 bits.
 *
 * What the palette holds, transparency and gamma do not matter. Throws an `Error` where the bytes are no
 * PNG file, a color picture, or as `readPng`.
 */
export function decodeIndices(bytes: Uint8Array): IndexPicture {
	if (formatOf(bytes) !== "PNG")
		throw new Error(`not a PNG file but ${describeFormat(bytes)}`);
	const { header, samples } = asFormat("PNG", () => readPng(bytes));
	const { height, width, depth, color } = header;
	if (color !== pngColors.gray && color !== pngColors.palette) {
		const kind = color === pngColors.grayAlpha ? "transparency" : "colors";
		throw new Error(
			`not a picture of class indices: needs a gray or palette PNG, this one has ${kind} of ${depth} bits`,
		);
	}
	if (depth < 16) return { data: samples, height, width };
	const data = new Uint16Array(height * width);
	for (let i = 0; i < data.length; i++)
		data[i] = samples[2 * i]! * 256 + samples[2 * i + 1]!;
	return { data, height, width };
}
