import { createImage, type Image } from "../image.js";
import { checkPixels } from "../most-pixels.js";
import {
	allocate,
	type CodecExports,
	handOver,
	takeOut,
	wasmCodec,
} from "../wasm-codec.js";
import { markers, segmentsOf } from "./segments.js";

/** Functions of the TurboJPEG API; those of the C library say what their arguments are. */
interface TurboJpeg extends CodecExports {
	tjInitDecompress(): number;
	tjDestroy(decoder: number): number;
	tjDecompressHeader3(decoder: number, ...args: readonly number[]): number;
	tjDecompress2(decoder: number, ...args: readonly number[]): number;
}

interface Pixels {
	readonly data: Uint8Array;
	readonly height: number;
	readonly width: number;
	readonly isCmyk: boolean;
	/** Whether the decoder noticed something that it could get over. */
	readonly isStrange: boolean;
}

const turboJpeg = wasmCodec<TurboJpeg>("@cwasm/jpeg-turbo/jpeg-turbo.wasm");
const endOfImage = Buffer.from([0xff, markers.endOfImage]);
const [rgb, cmyk] = [0, 11];
/** Color spaces from this one on have four components. */
const cmykSpace = 3;

/** Decodes all that can be decoded; the status of the functions also tells of mere warnings. */
function pixelsOf(bytes: Uint8Array, codec: TurboJpeg): Pixels {
	const file = handOver(codec, bytes);
	const found = allocate(codec, 16);
	new Uint8Array(codec.memory.buffer).fill(0, found, found + 16);
	const decoder = codec.tjInitDecompress();
	const input = [file, bytes.byteLength];
	const output = [0, 4, 8, 12].map((at) => found + at);
	codec.tjDecompressHeader3(decoder, ...input, ...output);
	const header = new Int32Array(codec.memory.buffer, found, 4);
	const [width = 0, height = 0, , space = 0] = header;
	checkPixels(height, width);
	const isCmyk = space >= cmykSpace;
	const rowBytes = width * (isCmyk ? 4 : 3);
	const pixels = allocate(codec, height * rowBytes);
	const status = codec.tjDecompress2(
		decoder,
		...input,
		pixels,
		width,
		rowBytes,
		height,
		isCmyk ? cmyk : rgb,
		0,
	);
	const data = takeOut(codec, pixels, height * rowBytes);
	codec.tjDestroy(decoder);
	for (const address of [file, found, pixels]) codec.free(address);
	return { data, height, width, isCmyk, isStrange: status !== 0 };
}

/** The product of two numbers of 0-255 as parts of 255, as Pillow rounds it. */
function product(a: number, b: number): number {
	const sum = a * b + 128;
	return ((sum >> 8) + sum) >> 8;
}

/** As Pillow, which takes all such files for inverted ones, as Adobe writes them. */
function fromCmyk({ data, height, width }: Pixels): Image {
	const image = createImage(height, width);
	for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
		const light = data[from + 3]!;
		for (let c = 0; c < 3; c++) {
			const ink = product(255 - data[from + c]!, light);
			image.data[to + c] = light - ink;
		}
	}
	return image;
}

/** Why libjpeg-turbo, as it is built here, cannot decode a file; undefined where the file is to blame. */
function unsupported(bytes: Uint8Array): string | undefined {
	for (const { marker, content } of segmentsOf(bytes)) {
		// 0xc4, 0xc8 and 0xcc hold tables; the others say how the picture is coded.
		if (marker < 0xc0 || marker > 0xcf || (marker % 4 === 0 && marker !== 0xc0))
			continue;
		const [precision, , , , , components] = content;
		if (precision !== 8) return `its samples have ${precision} bits, not 8`;
		if (marker > 0xc8) return "arithmetic coding is not supported";
		if (marker > 0xc2) return "it is lossless or hierarchical";
		if (components !== 1 && components !== 3 && components !== 4)
			return `it has ${components} components, not 1, 3 or 4`;
	}
	return undefined;
}

/** Whether there is the marker of an end behind the first pixels, wherever damage may lead from there. */
function hasEnd(bytes: Uint8Array): boolean {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (const { marker, content } of segmentsOf(file))
		if (marker === markers.startOfScan)
			return file.includes(endOfImage, content.byteOffset - file.byteOffset);
	return false;
}

function decoded(bytes: Uint8Array): Pixels {
	try {
		return turboJpeg.use((codec) => pixelsOf(bytes, codec));
	} catch (error) {
		const why = unsupported(bytes);
		if (why) throw new Error(why, { cause: error });
		if (!hasEnd(bytes)) throw new Error("it is cut off", { cause: error });
		throw error;
	}
}

/** Decodes a JPEG file of any kind with libjpeg-turbo, as `decodeJpeg` says. */
export function decodeByLibjpeg(bytes: Uint8Array): Image {
	const pixels = decoded(bytes);
	if (pixels.isStrange && !hasEnd(bytes))
		throw new Error("it is cut off: the marker of its end is missing");
	const { data, height, width, isCmyk } = pixels;
	return isCmyk ? fromCmyk(pixels) : createImage(height, width, data);
}
