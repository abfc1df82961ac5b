import { crc32, deflateRawSync } from "node:zlib";

export interface Packing {
	readonly deflate?: boolean;
	/** Puts sizes and positions into the zip64 fields, as archives above 4 GB have them. */
	readonly zip64?: boolean;
	/** What the directory says of every size instead of the truth. */
	readonly size?: number;
	readonly crc?: number;
}

function record(...fields: (readonly [bytes: number, value: number])[]) {
	const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
	let at = 0;
	for (const [width, value] of fields) {
		if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
		else bytes.writeUIntLE(value, at, width);
		at += width;
	}
	return bytes;
}

/** A zip archive of the given members, with right checksums unless told otherwise. */
export function zipArchive(
	members: Readonly<Record<string, Uint8Array>>,
	{ deflate = false, zip64 = false, size, crc }: Packing = {},
): Buffer {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let position = 0;
	for (const [name, data] of Object.entries(members)) {
		const packed = deflate ? deflateRawSync(data) : Buffer.from(data);
		const fields = [
			[2, deflate ? 8 : 0],
			[4, 0],
			[4, crc ?? crc32(data)],
		] as const;
		const wide = (value: number) => [4, zip64 ? 0xffffffff : value] as const;
		const stated = size ?? data.length;
		const local = Buffer.concat([
			record([4, 0x04034b50], [4, 20], ...fields, [4, packed.length]),
			record([4, stated], [2, name.length], [2, 0]),
			Buffer.from(name),
			packed,
		]);
		const extra = zip64
			? record([2, 1], [2, 24], [8, stated], [8, packed.length], [8, position])
			: Buffer.alloc(0);
		directory.push(
			record([4, 0x02014b50], [4, 20], [2, 0], ...fields),
			record(wide(packed.length), wide(stated), [2, name.length]),
			record([2, extra.length], [8, 0], [2, 0], wide(position)),
			Buffer.from(name),
			extra,
		);
		parts.push(local);
		position += local.length;
	}
	const central = Buffer.concat(directory);
	const count = Object.keys(members).length;
	const end = record([4, 0x06054b50], [4, 0], [2, count], [2, count]);
	return Buffer.concat([
		...parts,
		central,
		end,
		record([4, central.length], [4, position], [2, 0]),
	]);
}

/** A PyTorch archive of a pickle and its storages. */
export function torchArchive(
	pickle: Uint8Array | string,
	storages: Readonly<Record<string, Uint8Array>> = {},
	packing: Packing = {},
): Buffer {
	const data = typeof pickle === "string" ? latin1(pickle) : pickle;
	const members = Object.entries(storages).map(
		([key, bytes]) => [`archive/data/${key}`, bytes] as const,
	);
	return zipArchive(
		{ "archive/data.pkl": data, ...Object.fromEntries(members) },
		packing,
	);
}

export function latin1(text: string): Buffer {
	return Buffer.from(text, "latin1");
}

/** The pickle of a short string. */
export function pickledText(text: string): string {
	return `X${String.fromCharCode(Buffer.byteLength(text))}\0\0\0${text}`;
}
