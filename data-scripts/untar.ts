/** Reads a tar archive, file by file, however large it is. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

export interface TarFile {
	readonly name: string;
	readonly bytes: Uint8Array;
}

const block = 512;
const regular = new Set(["0", "\0", ""]);

const text = (field: Uint8Array): string =>
	Buffer.from(field).toString("utf8").replace(/\0.*$/s, "");

function octal(field: Uint8Array): number {
	const digits = text(field).trim();
	if (!/^[0-7]+$/.test(digits))
		throw new Error("the tar archive is damaged: a header has no size");
	return Number.parseInt(digits, 8);
}

/** The sum that a header should have: its bytes, with blanks in place of the sum itself. */
function checksum(header: Uint8Array): number {
	return header.reduce(
		(sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte),
		0,
	);
}

/** Takes the next bytes of a stream, fewer at its end. */
function taker(
	chunks: AsyncIterator<Uint8Array>,
): (bytes: number) => Promise<Uint8Array> {
	let held: Uint8Array[] = [];
	let length = 0;
	return async (bytes) => {
		while (length < bytes) {
			const { value, done } = await chunks.next();
			if (done) break;
			held.push(value);
			length += value.length;
		}
		const all =
			held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held);
		held = [all.subarray(bytes)];
		length = Math.max(0, length - bytes);
		return all.subarray(0, bytes);
	};
}

/**
 * The regular files of an archive, in order; folders, links and attributes are passed over.
 *
 * Throws where the archive breaks off or a header is damaged. Source: POSIX.1-1988, `ustar`.
 */
export async function* untar(
	archive: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarFile> {
	const chunks = archive[Symbol.asyncIterator]();
	const take = taker(chunks);
	try {
		for (;;) {
			const header = await take(block);
			if (header.length < block)
				throw new Error("the tar archive has no end: it is truncated");
			if (header.every((byte) => byte === 0)) return;
			if (octal(header.subarray(148, 156)) !== checksum(header))
				throw new Error("the tar archive is damaged: a header has a wrong sum");
			const size = octal(header.subarray(124, 136));
			const kind = String.fromCharCode(header[156]!);
			const name = text(header.subarray(0, 100));
			const padded = await take(block * Math.ceil(size / block));
			if (padded.length < size)
				throw new Error("the tar archive breaks off: it is truncated");
			if (regular.has(kind)) yield { name, bytes: padded.subarray(0, size) };
		}
	} finally {
		await chunks.return?.();
	}
}

/** The files of an archive that is packed with gzip, as `untar` gives them. */
export const untarGzip = (path: string): AsyncGenerator<TarFile> =>
	untar(pipeline(createReadStream(path), createGunzip(), () => {}));
