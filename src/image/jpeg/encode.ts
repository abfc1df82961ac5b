import { checkImage, type Image } from "../image.js";
import { BitWriter } from "./bits.js";
import { type HuffmanTable, huffmanTables } from "./huffman.js";
import { splitPlanes } from "./planes.js";
import {
	type Levels,
	quantizeBytes,
	quantizedLevels,
	type Steps,
	stepsOf,
} from "./quantize.js";
import { zigzag } from "./zigzag.js";

/**
 * Encodes an image as a JPEG file of a quality from 1 to 100 (4:2:0), byte for byte as Pillow saves it.
 *
 * Throws a `RangeError` where the quality is another.
 */
export function encodeJpeg(image: Image, quality = 75): Uint8Array {
	checkImage(image);
	if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
		throw new RangeError(
			`the quality of a JPEG is an integer from 1 to 100, not ${quality}`,
		);
	}
	const steps = stepsOf(quality);
	return Buffer.concat([
		Uint8Array.of(0xff, 0xd8),
		segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
		quantizationSegment(0, steps.luminance),
		quantizationSegment(1, steps.chrominance),
		frameSegment(image),
		huffmanSegment(0x00, huffmanTables.luminance.mean),
		huffmanSegment(0x10, huffmanTables.luminance.details),
		huffmanSegment(0x01, huffmanTables.chrominance.mean),
		huffmanSegment(0x11, huffmanTables.chrominance.details),
		segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
		writeScan(image, steps),
		Uint8Array.of(0xff, 0xd9),
	]);
}

function segment(marker: number, content: readonly number[]): Uint8Array {
	const length = content.length + 2;
	return Uint8Array.of(0xff, marker, length >> 8, length & 0xff, ...content);
}

function quantizationSegment(index: number, steps: Int32Array): Uint8Array {
	return segment(0xdb, [index, ...Array.from(zigzag, (at) => steps[at]!)]);
}

function huffmanSegment(
	index: number,
	{ counts, symbols }: HuffmanTable,
): Uint8Array {
	return segment(0xc4, [index, ...counts, ...symbols]);
}

function frameSegment({ height, width }: Image): Uint8Array {
	const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
	const components = [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
	return segment(0xc0, [8, ...size, 3, ...components]);
}

/** The blocks of one channel on their way into the scan. */
interface Channel extends Levels {
	readonly mean: HuffmanTable;
	readonly details: HuffmanTable;
	/** Of the block before. */
	lastMean: number;
}

function writeScan(image: Image, steps: Steps): Uint8Array {
	const planes = splitPlanes(image, quantizeBytes(image));
	const [luminance, blue, red] = quantizedLevels(planes, steps).map(
		(levels, i): Channel => ({
			...levels,
			...huffmanTables[i === 0 ? "luminance" : "chrominance"],
			lastMean: 0,
		}),
	) as [Channel, Channel, Channel];
	const writer = new BitWriter();
	for (let y = 0; y < blue.rows; y++) {
		for (let x = 0; x < blue.columns; x++) {
			for (const [row, column] of [
				[2 * y, 2 * x],
				[2 * y, 2 * x + 1],
				[2 * y + 1, 2 * x],
				[2 * y + 1, 2 * x + 1],
			] as const) {
				writeBlock(writer, luminance, { row, column });
			}
			writeBlock(writer, blue, { row: y, column: x });
			writeBlock(writer, red, { row: y, column: x });
		}
	}
	return writer.finish();
}

/** Writes one block; one outside the plane is flat and like the block before. */
function writeBlock(
	writer: BitWriter,
	channel: Channel,
	{ row, column }: { row: number; column: number },
): void {
	const { levels, columns, rows, details } = channel;
	const inside = row < rows && column < columns;
	const start = (row * columns + column) * 64;
	const mean = inside ? levels[start]! : channel.lastMean;
	writeLevel(writer, channel.mean, {
		zeros: 0,
		level: mean - channel.lastMean,
	});
	channel.lastMean = mean;
	let zeros = 0;
	for (let i = 1; inside && i < 64; i++) {
		const level = levels[start + zigzag[i]!]!;
		if (level === 0) {
			zeros++;
			continue;
		}
		for (; zeros > 15; zeros -= 16) writeSymbol(writer, details, 0xf0);
		writeLevel(writer, details, { zeros, level });
		zeros = 0;
	}
	if (zeros > 0 || !inside) writeSymbol(writer, details, 0);
}

/** Writes how many zeros come before, how many bits the level has, and those. */
function writeLevel(
	writer: BitWriter,
	table: HuffmanTable,
	{ zeros, level }: { zeros: number; level: number },
): void {
	const bits = 32 - Math.clz32(Math.abs(level));
	writeSymbol(writer, table, (zeros << 4) | bits);
	if (bits > 0) writer.write(level < 0 ? level - 1 : level, bits);
}

function writeSymbol(
	writer: BitWriter,
	{ codes, lengths }: HuffmanTable,
	symbol: number,
): void {
	writer.write(codes[symbol]!, lengths[symbol]!);
}
