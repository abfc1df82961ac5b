import { crc32, inflateRawSync } from "node:zlib";
import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endRecord = 0x06054b50;
const endRecord64 = 0x06064b50;
const endLocator64 = 0x07064b50;
const stored = 0;
const deflated = 8;
const mostMembers = 1e6;

/** A file in a zip archive. */
export interface ZipMember {
	readonly name: string;
	readonly method: number;
	readonly encrypted: boolean;
	/** 0 where it was not recorded. */
	readonly crc: number;
	readonly compressedSize: number;
	readonly size: number;
	/** Where its local header begins. */
	readonly position: number;
}

function view(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the central directory lies, by the record at the end of the file. */
function findDirectory(file: CheckpointFile) {
	const tailLength = Math.min(file.size, 22 + 0xffff);
	const start = file.size - tailLength;
	const tail = view(file.read(start, tailLength, "the end of the zip archive"));
	let at = tailLength - 22;
	while (
		at >= 0 &&
		(tail.readUInt32LE(at) !== endRecord ||
			at + 22 + tail.readUInt16LE(at + 20) > tailLength)
	)
		at--;
	if (at < 0)
		throw file.error(
			"begins like a zip archive but has no directory at its end: it is truncated; fetch it again",
		);
	const directory = {
		count: tail.readUInt16LE(at + 10),
		length: tail.readUInt32LE(at + 12),
		position: tail.readUInt32LE(at + 16),
	};
	const locator = start + at - 20;
	if (locator < 0) return directory;
	const before = view(file.read(locator, 20, "the end of the zip archive"));
	if (before.readUInt32LE(0) !== endLocator64) return directory;
	const position = Number(before.readBigUInt64LE(8));
	const record = view(file.read(position, 56, "the zip64 end record"));
	if (record.readUInt32LE(0) !== endRecord64)
		throw file.error("has no zip64 end record where it says: it is corrupt");
	return {
		count: Number(record.readBigUInt64LE(32)),
		length: Number(record.readBigUInt64LE(40)),
		position: Number(record.readBigUInt64LE(48)),
	};
}

/** Replaces the sizes and the position that did not fit into 32 bits by those in the zip64 field. */
function widen(
	fields: { size: number; compressedSize: number; position: number },
	extra: Buffer,
): typeof fields {
	let at = 0;
	while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1)
		at += 4 + extra.readUInt16LE(at + 2);
	at += 4;
	const next = (field: number): number => {
		if (field !== 0xffffffff || at + 8 > extra.length) return field;
		at += 8;
		return Number(extra.readBigUInt64LE(at - 8));
	};
	const size = next(fields.size);
	const compressedSize = next(fields.compressedSize);
	return { size, compressedSize, position: next(fields.position) };
}

/** The members of an archive by name, from its central directory. */
export function zipMembers(file: CheckpointFile): Map<string, ZipMember> {
	const { count, length, position } = findDirectory(file);
	const directory = view(file.read(position, length, "the zip directory"));
	const corrupt = () =>
		file.error("its zip directory is malformed: it is corrupt");
	if (count > mostMembers) throw corrupt();
	const members = new Map<string, ZipMember>();
	let at = 0;
	for (let i = 0; i < count; i++) {
		if (at + 46 > length || directory.readUInt32LE(at) !== centralHeader)
			throw corrupt();
		const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
		const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
		const end = extraEnd + directory.readUInt16LE(at + 32);
		if (end > length) throw corrupt();
		const name = directory.toString("utf8", at + 46, nameEnd);
		if (members.has(name))
			throw file.error(`its zip directory lists ${quote(name)} twice`);
		file.claim(256);
		members.set(name, {
			name,
			method: directory.readUInt16LE(at + 10),
			encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
			crc: directory.readUInt32LE(at + 16),
			...widen(
				{
					compressedSize: directory.readUInt32LE(at + 20),
					size: directory.readUInt32LE(at + 24),
					position: directory.readUInt32LE(at + 42),
				},
				directory.subarray(nameEnd, extraEnd),
			),
		});
		at = end;
	}
	return members;
}

function inflate(
	file: CheckpointFile,
	bytes: Uint8Array,
	{ name, size }: ZipMember,
): Uint8Array {
	file.claim(size);
	try {
		return inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
	} catch (cause) {
		throw file.error(
			`member ${quote(name)} does not decompress (${(cause as Error).message}): the file is corrupt`,
		);
	}
}

/** Reads one member, whose checksum must be right, into an array of its own. */
export async function readMember(
	file: CheckpointFile,
	member: ZipMember,
): Promise<Uint8Array> {
	const what = `member ${quote(member.name)}`;
	const { position, compressedSize, size, method } = member;
	if (member.encrypted || (method !== stored && method !== deflated))
		throw file.error(
			`${what} is encrypted or compressed by method ${method}, which is neither stored nor deflated`,
		);
	const header = view(file.read(position, 30, what));
	if (header.readUInt32LE(0) !== localHeader)
		throw file.error(
			`${what} does not begin where the zip directory says: it is corrupt`,
		);
	const start =
		position + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
	const raw = new Uint8Array(await file.readAside(start, compressedSize, what));
	const bytes = method === deflated ? inflate(file, raw, member) : raw;
	if (bytes.length !== size)
		throw file.error(
			`${what} has ${bytes.length} bytes where the zip directory says ${size}: it is corrupt`,
		);
	if (member.crc !== 0 && crc32(bytes) !== member.crc)
		throw file.error(
			`${what} does not match its checksum: the file is corrupt; fetch it again`,
		);
	return bytes;
}
