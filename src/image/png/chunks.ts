import { crc32 } from "node:zlib";
import { checkPixels } from "../most-pixels.js";

/** How the samples of a PNG file are laid out. */
export interface PngHeader {
	readonly height: number;
	readonly width: number;
	/** Bits of each sample: 1, 2, 4, 8 or 16. */
	readonly depth: number;
	readonly color: PngColor;
	readonly isInterlaced: boolean;
}

/** What of a PNG file makes its picture. */
export interface PngChunks {
	readonly header: PngHeader;
	/** Red, green and blue of each color; empty where there is none. */
	readonly palette: Uint8Array;
	/** The compressed samples. */
	readonly data: Uint8Array;
	/** Whether the file ends before the chunk that ends a picture. */
	readonly isCutOff: boolean;
}

/** The kinds of color, as numbered in the files. */
export const pngColors = {
	gray: 0,
	rgb: 2,
	palette: 3,
	grayAlpha: 4,
	rgba: 6,
} as const;

/** One of the kinds of color. */
export type PngColor = (typeof pngColors)[keyof typeof pngColors];

const depths: Readonly<Record<PngColor, readonly number[]>> = {
	0: [1, 2, 4, 8, 16],
	2: [8, 16],
	3: [1, 2, 4, 8],
	4: [8, 16],
	6: [8, 16],
};
const signature = "89504e470d0a1a0a";
const signatureBytes = 8;
const headerBytes = 13;

/** A part of a PNG file. */
export interface PngChunk {
	readonly kind: string;
	readonly content: Buffer;
	/** Where its length is, in front of it. */
	readonly at: number;
}

/** The chunks of a PNG file, unchecked; the last may be cut off. */
export function* chunksOf(file: Buffer): Generator<PngChunk> {
	for (let at = signatureBytes; at + 8 <= file.length; ) {
		const end = at + 8 + file.readUInt32BE(at);
		const kind = file.toString("latin1", at + 4, at + 8);
		yield { kind, content: file.subarray(at + 8, end), at };
		at = end + 4;
	}
}

function check(file: Buffer, { kind, at }: PngChunk): void {
	if (!/^[A-Za-z]{4}$/.test(kind))
		throw new Error(`there is no chunk at byte ${at}`);
	const end = at + 8 + file.readUInt32BE(at);
	if (end + 4 > file.length) throw new Error("it is cut off");
	if (file.readUInt32BE(end) === crc32(file.subarray(at + 4, end))) return;
	throw new Error(
		`the checksum of its ${kind} chunk is wrong: some of its bytes are not those that were written`,
	);
}

function headerOf(content: Buffer): PngHeader {
	if (content.length < headerBytes) throw new Error("it is cut off");
	const [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)];
	const [depth, color, ...methods] = content.subarray(8, headerBytes);
	const [compression, filter, interlace] = methods;
	if (!depths[color as PngColor]?.includes(depth!))
		throw new Error(
			`there are no ${depth}-bit pictures of color type ${color}`,
		);
	if (compression !== 0 || filter !== 0 || interlace! > 1)
		throw new Error(
			`compression, filter and interlace methods are ${methods.join(", ")}, not 0, 0 and 0 or 1`,
		);
	checkPixels(height, width);
	const isInterlaced = interlace === 1;
	return {
		height,
		width,
		depth: depth!,
		color: color as PngColor,
		isInterlaced,
	};
}

/**
 * Reads the chunks of a PNG file that make its picture.
 *
 * What comes behind them, or lacks there, does not matter. Throws where the header is missing or says what
 * no decoder knows, or a checksum up to the end of the picture is wrong.
 */
export function readChunks(bytes: Uint8Array): PngChunks {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (file.toString("hex", 0, signatureBytes) !== signature)
		throw new Error(
			"its signature is not whole; it may have been copied as a text",
		);
	let header: PngHeader | undefined;
	let palette: Uint8Array = new Uint8Array();
	let isCutOff = true;
	const data: Buffer[] = [];
	for (const chunk of chunksOf(file)) {
		const { kind, content } = chunk;
		// What follows the picture is not looked at, as in Pillow.
		isCutOff = data.length === 0 || kind === "IDAT";
		if (!isCutOff) break;
		check(file, chunk);
		if (kind === "IHDR") header = headerOf(content);
		else if (kind === "PLTE") palette = content;
		else if (kind === "IDAT") data.push(content);
		else if (kind === "IEND") throw new Error("it holds no picture");
	}
	if (data.length === 0) throw new Error("it is cut off");
	if (!header) throw new Error("it has no header");
	const [first] = data;
	const whole = data.length === 1 && first ? first : Buffer.concat(data);
	return { header, palette, data: whole, isCutOff };
}
