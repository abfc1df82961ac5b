/** Reads a tar archive that is in memory. */

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

/**
 * The regular files of an archive, in order; folders, links and attributes are passed over.
 *
 * Throws where the archive breaks off or a header is damaged. Source: POSIX.1-1988, `ustar`.
 */
export function* untar(archive: Uint8Array): Generator<TarFile> {
	let at = 0;
	while (at + block <= archive.length) {
		const header = archive.subarray(at, at + block);
		if (header.every((byte) => byte === 0)) return;
		if (octal(header.subarray(148, 156)) !== checksum(header))
			throw new Error("the tar archive is damaged: a header has a wrong sum");
		const size = octal(header.subarray(124, 136));
		const start = at + block;
		if (start + size > archive.length)
			throw new Error("the tar archive breaks off: it is truncated");
		const kind = String.fromCharCode(header[156]!);
		const name = text(header.subarray(0, 100));
		if (regular.has(kind))
			yield { name, bytes: archive.subarray(start, start + size) };
		at = start + block * Math.ceil(size / block);
	}
	throw new Error("the tar archive has no end: it is truncated");
}
