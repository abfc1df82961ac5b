import { crc32 } from "node:zlib";
import { PNG } from "pngjs";

/** A number for each pixel, row by row, as it is written in the file. */
export interface IndexPicture {
	readonly data: Uint8Array | Uint16Array;
	readonly height: number;
	readonly width: number;
}

const gray = 0;
const palette = 3;
const signatureBytes = 8;
const header = "IHDR";
const needed = new Set([header, "IDAT", "IEND"]);

/** A chunk with its length in front and its checksum behind it. */
function* chunks(file: Buffer): Generator<{ kind: string; bytes: Buffer }> {
	let at = signatureBytes;
	while (at + 12 <= file.length) {
		const end = at + 12 + file.readUInt32BE(at);
		const kind = file.toString("latin1", at + 4, at + 8);
		yield { kind, bytes: file.subarray(at, end) };
		at = end;
	}
}

function grayHeader(chunk: Buffer): Buffer {
	const [depth, kind] = [chunk[16], chunk[17]];
	if (kind !== gray && kind !== palette) {
		throw new Error(
			`not a picture of class indices: needs a gray or palette PNG, this one has colors of ${depth} bits`,
		);
	}
	const result = Buffer.from(chunk);
	result[17] = gray;
	const checked = result.length - 4;
	result.writeUInt32BE(crc32(result.subarray(4, checked)), checked);
	return result;
}

/** The file as one of gray levels: the places in a palette become the levels themselves. */
function asGray(file: Buffer): Buffer {
	const parts = [file.subarray(0, signatureBytes)];
	for (const { kind, bytes } of chunks(file)) {
		if (needed.has(kind))
			parts.push(kind === header ? grayHeader(bytes) : bytes);
	}
	return Buffer.concat(parts);
}

/**
 * Reads the class indices of a PNG file in memory: gray levels or places in a palette, of 1 to 16 bits.
 *
 * What the palette holds, transparency and gamma do not matter. Throws an `Error` where the bytes are no
 * PNG file, damaged, cut off, or a color picture.
 */
export function decodeIndices(bytes: Uint8Array): IndexPicture {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (file.length < 33 || file.readUInt32BE(0) !== 0x89504e47)
		throw new Error("not a PNG file");
	const isWide = file[24] === 16;
	const levels = asGray(file);
	let png: PNG;
	try {
		png = PNG.sync.read(levels, { skipRescale: true });
	} catch (error) {
		throw new Error(`damaged PNG file: ${(error as Error).message}`, {
			cause: error,
		});
	}
	const { height, width } = png;
	const rgba: Uint8Array | Uint16Array = png.data;
	const data = new (isWide ? Uint16Array : Uint8Array)(height * width);
	for (let i = 0; i < data.length; i++) data[i] = rgba[4 * i]!;
	return { data, height, width };
}
