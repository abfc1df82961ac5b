import { createImage, type Image } from "./image.js";
import { checkPixels } from "./most-pixels.js";
import {
	allocate,
	type CodecExports,
	handOver,
	takeOut,
	wasmCodec,
} from "./wasm-codec.js";

interface WebP extends CodecExports {
	/** The address of the pixels, 0 where it cannot; width and height are written at the last two addresses. */
	WebPDecodeRGBA(
		file: number,
		byteLength: number,
		width: number,
		height: number,
	): number;
}

const webP = wasmCodec<WebP>("@cwasm/webp/webp.wasm");
const headerBytes = 30;
const animated = 2;

/** Height and width by the header of its only picture or, in the extended format, of all there is. */
function sizeOf(file: Buffer): [height: number, width: number] {
	if (file.length < headerBytes) throw new Error("it is cut off");
	const kind = file.toString("latin1", 12, 16);
	if (kind === "VP8 ")
		return [file.readUInt16LE(28) & 0x3fff, file.readUInt16LE(26) & 0x3fff];
	if (kind === "VP8L") {
		const bits = file.readUInt32LE(21);
		return [((bits >> 14) & 0x3fff) + 1, (bits & 0x3fff) + 1];
	}
	if (kind !== "VP8X") throw new Error("it holds no picture");
	if (file[20]! & animated)
		throw new Error("it is animated, and only single pictures are decoded");
	return [file.readUIntLE(27, 3) + 1, file.readUIntLE(24, 3) + 1];
}

function checkWhole(file: Buffer): void {
	const whole = 8 + file.readUInt32LE(4);
	if (file.length < whole)
		throw new Error(
			`it is cut off: ${file.length} of ${whole} bytes are there`,
		);
}

/**
 * Decodes a WebP file to 8-bit RGB with libwebp, as Pillow does; transparency is dropped.
 *
 * Throws where it is cut off, animated, or damaged otherwise.
 */
export function decodeWebP(bytes: Uint8Array): Image {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const [height, width] = sizeOf(file);
	checkPixels(height, width);
	checkWhole(file);
	const rgba = webP.use((codec) => {
		const input = handOver(codec, bytes);
		const size = allocate(codec, 8);
		const pixels = codec.WebPDecodeRGBA(
			input,
			bytes.byteLength,
			size,
			size + 4,
		);
		if (pixels === 0) throw new Error("libwebp cannot decode it");
		const found = new Uint32Array(codec.memory.buffer, size, 2);
		if (found[0] !== width || found[1] !== height)
			throw new Error("its headers contradict each other");
		const data = takeOut(codec, pixels, 4 * height * width);
		for (const address of [input, size, pixels]) codec.free(address);
		return data;
	});
	const image = createImage(height, width);
	for (let from = 0, to = 0; to < image.data.length; from += 4, to += 3) {
		image.data[to] = rgba[from]!;
		image.data[to + 1] = rgba[from + 1]!;
		image.data[to + 2] = rgba[from + 2]!;
	}
	return image;
}
