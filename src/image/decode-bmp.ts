import { createImage, type Image } from "./image.js";
import { checkPixels } from "./most-pixels.js";

interface Header {
	readonly height: number;
	readonly width: number;
	/** Bits of each pixel. */
	readonly depth: number;
	/** Where rows begin, and the colors of the palette. */
	readonly pixels: number;
	readonly palette: number;
	readonly colors: number;
	readonly isTopDown: boolean;
}

const fileHeader = 14;
const infoHeader = 40;
const depths = [1, 4, 8, 24, 32];
/** How each byte of a pixel is meant: blue, green, red and one that does not matter. */
const usualMasks = ["0000ff00", "00ff0000", "ff000000"];

function checkMasks(file: Buffer, depth: number): void {
	const masks = [0, 4, 8].map((at) =>
		file.toString(
			"hex",
			fileHeader + infoHeader + at,
			fileHeader + infoHeader + at + 4,
		),
	);
	if (depth === 32 && masks.every((mask, i) => mask === usualMasks[i])) return;
	throw new Error(`its ${depth}-bit pixels have an unusual order of colors`);
}

function headerOf(file: Buffer): Header {
	if (file.length < fileHeader + infoHeader) throw new Error("it is cut off");
	const size = file.readUInt32LE(fileHeader);
	if (size < infoHeader)
		throw new Error("it has a header of OS/2, which is not read");
	const width = file.readInt32LE(18);
	const rows = file.readInt32LE(22);
	const height = Math.abs(rows);
	checkPixels(height, width);
	const [depth, compression] = [file.readUInt16LE(28), file.readUInt32LE(30)];
	if (!depths.includes(depth))
		throw new Error(`its pixels have ${depth} bits, not ${depths.join(", ")}`);
	const masked = 3;
	if (compression === masked) checkMasks(file, depth);
	else if (compression !== 0)
		throw new Error("it is compressed, and only plain ones are read");
	const palette = fileHeader + size;
	const colors = depth > 8 ? 0 : file.readUInt32LE(46) || 2 ** depth;
	const pixels = file.readUInt32LE(10);
	return { height, width, depth, pixels, palette, colors, isTopDown: rows < 0 };
}

/** Where the blue byte of a pixel or of its color in the palette is. */
function placeOf(
	file: Buffer,
	row: number,
	{ x, header }: { x: number; header: Header },
) {
	const { depth, palette, colors } = header;
	const bit = x * depth;
	if (depth > 8) return row + (bit >> 3);
	const byte = file[row + (bit >> 3)]!;
	const color = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
	if (color < colors) return palette + 4 * color;
	throw new Error(`it uses color ${color} of a palette of ${colors}`);
}

/**
 * Decodes a BMP file to 8-bit RGB: palettes of up to 8 bits, and colors of 24 or 32; transparency is dropped.
 *
 * Throws where it is cut off, compressed, or laid out in another way.
 */
export function decodeBmp(bytes: Uint8Array): Image {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const header = headerOf(file);
	const { height, width, depth, pixels, palette, colors } = header;
	const rowBytes = 4 * Math.ceil((width * depth) / 32);
	const end = Math.max(pixels + height * rowBytes, palette + 4 * colors);
	if (file.length < end)
		throw new Error(`it is cut off: ${file.length} of ${end} bytes are there`);
	const image = createImage(height, width);
	for (let y = 0, to = 0; y < height; y++) {
		const row = pixels + (header.isTopDown ? y : height - 1 - y) * rowBytes;
		for (let x = 0; x < width; x++, to += 3) {
			const from = placeOf(file, row, { x, header });
			image.data[to] = file[from + 2]!;
			image.data[to + 1] = file[from + 1]!;
			image.data[to + 2] = file[from]!;
		}
	}
	return image;
}
