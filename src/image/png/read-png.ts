import { inflateSync, constants as zlib } from "node:zlib";
import {
	type PngChunks,
	type PngHeader,
	pngColors,
	readChunks,
} from "./chunks.js";
import { unfilter } from "./unfilter.js";

/** The samples of a PNG file as they are written: row by row, those of a pixel together. */
export interface PngSamples {
	readonly header: PngHeader;
	/** One byte for each sample of up to 8 bits, two for one of 16, the high byte first. */
	readonly samples: Uint8Array;
	/** Red, green and blue of each color; empty where there is none. */
	readonly palette: Uint8Array;
}

/** One of the pictures that make an interlaced one; of others, the only one. */
interface Pass {
	readonly top: number;
	readonly left: number;
	readonly down: number;
	readonly right: number;
}

interface SizedPass extends Pass {
	readonly height: number;
	readonly width: number;
	readonly rowBytes: number;
}

const pass = (
	top: number,
	left: number,
	down: number,
	right: number,
): Pass => ({
	top,
	left,
	down,
	right,
});
const whole = [pass(0, 0, 1, 1)];
const adam7 = [
	pass(0, 0, 8, 8),
	pass(0, 4, 8, 8),
	pass(4, 0, 8, 4),
	pass(0, 2, 4, 4),
	pass(2, 0, 4, 2),
	pass(0, 1, 2, 2),
	pass(1, 0, 2, 1),
];
/** How many samples a pixel has. */
const samplesOf = {
	[pngColors.gray]: 1,
	[pngColors.rgb]: 3,
	[pngColors.palette]: 1,
	[pngColors.grayAlpha]: 2,
	[pngColors.rgba]: 4,
} as const;

function passesOf(header: PngHeader): SizedPass[] {
	const bits = samplesOf[header.color] * header.depth;
	return (header.isInterlaced ? adam7 : whole)
		.map((pass) => {
			const height = Math.ceil((header.height - pass.top) / pass.down);
			const width = Math.ceil((header.width - pass.left) / pass.right);
			return {
				...pass,
				height,
				width,
				rowBytes: Math.ceil((width * bits) / 8),
			};
		})
		.filter(({ height, width }) => height > 0 && width > 0);
}

/** The filtered rows; throws where they are fewer than the header says. */
function inflated(
	{ data, isCutOff }: PngChunks,
	byteLength: number,
): Uint8Array {
	const rows = inflateSync(data, {
		chunkSize: byteLength + 64,
		// Some encoders write more rows than they should; none writes twice as many.
		maxOutputLength: 2 * byteLength + 2 ** 16,
		// The end of the data is missed below, if it matters.
		finishFlush: zlib.Z_SYNC_FLUSH,
	});
	if (rows.length >= byteLength)
		return new Uint8Array(rows.buffer, rows.byteOffset, byteLength);
	throw new Error(
		`${isCutOff ? "it is cut off" : "its data end too early"}: there are ${rows.length} of ${byteLength} bytes of its rows`,
	);
}

/** Gives each sample of less than a byte one of its own. */
function unpacked(
	bytes: Uint8Array,
	{ height, width, rowBytes, depth }: SizedPass & { readonly depth: number },
): Uint8Array {
	const samples = new Uint8Array(height * width);
	const mask = (1 << depth) - 1;
	for (let y = 0, to = 0; y < height; y++)
		for (let x = 0; x < width; x++, to++) {
			const bit = x * depth;
			const byte = bytes[y * rowBytes + (bit >> 3)]!;
			samples[to] = (byte >> (8 - depth - (bit & 7))) & mask;
		}
	return samples;
}

function scatter(
	samples: Uint8Array,
	pass: SizedPass,
	{ to, width, size }: { to: Uint8Array; width: number; size: number },
): void {
	for (let y = 0, from = 0; y < pass.height; y++) {
		const row = (pass.top + y * pass.down) * width + pass.left;
		for (let x = 0; x < pass.width; x++) {
			const pixel = (row + x * pass.right) * size;
			for (let i = 0; i < size; i++) to[pixel + i] = samples[from++]!;
		}
	}
}

/**
 * Reads the samples of a PNG file: gray, color or palette, of 1 to 16 bits, interlaced or not.
 *
 * Bytes after its end do not matter, nor does a missing end where no row is missing; as in Pillow. Throws
 * where it is cut off, a checksum is wrong, or it is damaged otherwise.
 */
export function readPng(bytes: Uint8Array): PngSamples {
	const chunks = readChunks(bytes);
	const { header, palette } = chunks;
	const { depth, height, width } = header;
	const passes = passesOf(header);
	const byteLength = passes.reduce(
		(sum, { height, rowBytes }) => sum + height * (rowBytes + 1),
		0,
	);
	const filtered = inflated(chunks, byteLength);
	const size = Math.max(1, (samplesOf[header.color] * depth) / 8) | 0;
	let from = 0;
	const parts = passes.map((pass) => {
		const rows = unfilter(filtered, { ...pass, from, pixelBytes: size });
		from += pass.height * (pass.rowBytes + 1);
		return depth < 8 ? unpacked(rows, { ...pass, depth }) : rows;
	});
	if (!header.isInterlaced) return { header, palette, samples: parts[0]! };
	const samples = new Uint8Array(height * width * size);
	parts.forEach((part, i) => {
		scatter(part, passes[i]!, { to: samples, width, size });
	});
	return { header, palette, samples };
}
