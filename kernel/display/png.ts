import { deflateSync } from "node:zlib";

/** Pixels, row-major, interleaved: 1 (gray), 3 (RGB) or 4 (RGBA) channels of 8 bits. */
export interface Pixels {
	readonly data: Uint8Array | Uint8ClampedArray;
	readonly width: number;
	readonly height: number;
	readonly channels: 1 | 3 | 4;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c;
});

/** Source: PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
	let c = 0xffffffff;
	for (const byte of bytes) c = (table[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
	return (c ^ 0xffffffff) >>> 0;
}

function chunk(type: string, body: Uint8Array): Buffer {
	const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
	const out = Buffer.alloc(typed.length + 8);
	out.writeUInt32BE(body.length, 0);
	typed.copy(out, 4);
	out.writeUInt32BE(crc32(typed), typed.length + 4);
	return out;
}

/** Encodes an 8-bit PNG. Source: PNG specification, second edition. */
export function encodePng({ data, width, height, channels }: Pixels): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header[8] = 8;
	header[9] = { 1: 0, 3: 2, 4: 6 }[channels];
	const stride = width * channels;
	const rows = Buffer.alloc(height * (stride + 1));
	for (let y = 0; y < height; y++) {
		rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
	}
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(rows)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}
