import { writeSync } from "node:fs";
import { endianness } from "node:os";
import { replaceFile } from "./replace-file.js";
import { longestHeader, safetensorsDTypes } from "./safetensors.js";
import {
	arrayName,
	bytesOf,
	elementBytes,
	elementCount,
	fromByteOrder,
	isShape,
	type NamedTensor,
	type NamedTensors,
	numbersPerElement,
	type TensorData,
} from "./tensor.js";

const names = new Map(
	Object.entries(safetensorsDTypes).map(([name, dtype]) => [dtype, name]),
);

/** Node writes less than 2 GiB in one call. */
const mostAtOnce = 2 ** 30;

/** Whether a value is text that UTF-8 can hold. */
const isText = (value: unknown): boolean =>
	typeof value === "string" &&
	!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(
		value,
	);

/** Throws where a tensor is none, or none that the format can hold. */
function checkTensor(name: string, tensor: NamedTensor): void {
	const fail = (problem: string) => new Error(`tensor ${name} ${problem}`);
	if (name === "__metadata__")
		throw new Error("a tensor cannot be named __metadata__ in .safetensors");
	if (!isText(name))
		throw fail("has a name with half a character, which UTF-8 cannot hold");
	const { dtype, shape, data } = tensor ?? {};
	if (!names.has(dtype))
		throw fail(
			`has the element type ${dtype}; .safetensors has ${[...names.keys()].join(", ")}`,
		);
	if (!isShape(shape))
		throw fail(
			`has the shape ${JSON.stringify(shape)}, which is no list of counts`,
		);
	// By name: the arrays of a notebook's cells may be of another realm.
	const array = Object.prototype.toString.call(data).slice(8, -1);
	if (array !== arrayName(dtype))
		throw fail(
			`is ${dtype}: its data should be a ${arrayName(dtype)}, not ${array}`,
		);
	const elements = data.length / numbersPerElement(dtype);
	if (elements !== elementCount(shape))
		throw fail(
			`has ${elements} elements, but its shape [${shape}] says ${elementCount(shape)}`,
		);
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(metadata))
		if (!isText(name) || !isText(text))
			throw new Error(
				`metadata ${name} is ${typeof text === "string" ? "half a character, which UTF-8 cannot hold" : typeof text}, not text: write it with String or JSON.stringify`,
			);
}

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
	if (length > longestHeader)
		throw new Error(
			`names, shapes and metadata take ${length} bytes, more than the ${longestHeader} that .safetensors allows`,
		);
	const bytes = Buffer.alloc(8 + length, " ");
	bytes.writeBigUInt64LE(BigInt(length));
	bytes.write(json, 8);
	return bytes;
}

function littleEndian(data: TensorData): Uint8Array {
	if (endianness() === "LE") return bytesOf(data);
	const copy = data.slice();
	fromByteOrder(copy, "LE");
	return bytesOf(copy);
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; )
		done += writeSync(descriptor, bytes, done);
}

function writeData(descriptor: number, { data }: NamedTensor): void {
	const most = mostAtOnce / data.BYTES_PER_ELEMENT;
	for (let start = 0; start < data.length; start += most)
		writeAll(descriptor, littleEndian(data.subarray(start, start + most)));
}

/** What writes tensors and text metadata to a file by its descriptor; throws at once what `writeSafetensors` says of them. */
export function safetensorsWriter(
	tensors: NamedTensors,
	metadata: Readonly<Record<string, string>>,
): (descriptor: number) => void {
	for (const [name, tensor] of Object.entries(tensors))
		checkTensor(name, tensor);
	checkMetadata(metadata);
	const entries = ordered(tensors);
	const header = encodeHeader(entries, metadata);
	return (descriptor) => {
		writeAll(descriptor, header);
		for (const [, tensor] of entries) writeData(descriptor, tensor);
	};
}

/**
 * Writes tensors and text metadata as a `.safetensors` file.
 *
 * The file appears under its name only once it is whole and on the disk; tensors and files may be of any
 * size. Throws where a tensor's data do not fit its element type or its shape, where the format has no such
 * element type, where names or metadata are no text, and what the file system throws.
 *
 * Source: the format's specification, huggingface/safetensors README.
 */
export function writeSafetensors(
	path: string,
	tensors: NamedTensors,
	metadata: Readonly<Record<string, string>> = {},
): void {
	replaceFile(path, safetensorsWriter(tensors, metadata));
}
