import {
	closeSync,
	fsyncSync,
	openSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { endianness } from "node:os";
import { safetensorsDTypes } from "./safetensors.js";
import {
	bytesOf,
	elementBytes,
	elementCount,
	fromByteOrder,
	type NamedTensor,
	type NamedTensors,
} from "./tensor.js";

const names = new Map(
	Object.entries(safetensorsDTypes).map(([name, dtype]) => [dtype, name]),
);

function ordered(tensors: NamedTensors): [string, NamedTensor][] {
	// Widest elements first, so that every tensor begins at a multiple of its element size.
	return Object.entries(tensors).sort(
		([a, { dtype: da }], [b, { dtype: db }]) =>
			elementBytes(db) - elementBytes(da) || (a < b ? -1 : 1),
	);
}

function encodeHeader(
	entries: readonly [string, NamedTensor][],
	metadata: Readonly<Record<string, string>>,
): Buffer {
	let end = 0;
	const header = entries.map(([name, { dtype, shape, data }]) => {
		if (name === "__metadata__")
			throw new Error("a tensor cannot be named __metadata__ in .safetensors");
		if (elementCount(shape) !== data.length)
			throw new Error(
				`tensor ${name} has ${data.length} elements, but its shape [${shape}] says ${elementCount(shape)}`,
			);
		const begin = end;
		end += data.byteLength;
		const entry = {
			dtype: names.get(dtype),
			shape,
			data_offsets: [begin, end],
		};
		return [name, entry] as const;
	});
	const own = Object.keys(metadata).length > 0;
	const json = JSON.stringify(
		Object.fromEntries([
			...(own ? [["__metadata__", metadata] as const] : []),
			...header,
		]),
	);
	const length = 8 * Math.ceil(Buffer.byteLength(json) / 8);
	const bytes = Buffer.alloc(8 + length, " ");
	bytes.writeBigUInt64LE(BigInt(length));
	bytes.write(json, 8);
	return bytes;
}

function littleEndian({ data }: NamedTensor): Uint8Array {
	if (endianness() === "LE") return bytesOf(data);
	const copy = data.slice();
	fromByteOrder(copy, "LE");
	return bytesOf(copy);
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; )
		done += writeSync(descriptor, bytes, done);
}

/**
 * Writes tensors and text metadata as a `.safetensors` file.
 *
 * The file appears under its name only once it is whole and on the disk. Throws where a tensor's data
 * does not fit its shape, and what the file system throws.
 *
 * Source: the format's specification, huggingface/safetensors README.
 */
export function writeSafetensors(
	path: string,
	tensors: NamedTensors,
	metadata: Readonly<Record<string, string>> = {},
): void {
	const entries = ordered(tensors);
	const header = encodeHeader(entries, metadata);
	const partial = `${path}.${process.pid}.partial`;
	try {
		const descriptor = openSync(partial, "w");
		try {
			writeAll(descriptor, header);
			for (const [, tensor] of entries)
				writeAll(descriptor, littleEndian(tensor));
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(partial, path);
	} catch (error) {
		rmSync(partial, { force: true });
		throw error;
	}
}
