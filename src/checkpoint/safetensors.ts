import { quote } from "./error.js";
import type { CheckpointFile } from "./file.js";
import {
	elementBytes,
	elementCount,
	fromByteOrder,
	isCount,
	isShape,
	type NamedTensor,
	type TensorDType,
	viewAs,
} from "./tensor.js";

/** The element types by their names in the format. */
export const safetensorsDTypes: Readonly<Record<string, TensorDType>> = {
	F64: "float64",
	F32: "float32",
	F16: "float16",
	BF16: "bfloat16",
	F8_E4M3: "float8_e4m3fn",
	F8_E4M3FNUZ: "float8_e4m3fnuz",
	F8_E5M2: "float8_e5m2",
	F8_E5M2FNUZ: "float8_e5m2fnuz",
	F8_E8M0: "float8_e8m0fnu",
	C64: "complex64",
	I64: "int64",
	I32: "int32",
	I16: "int16",
	I8: "int8",
	U64: "uint64",
	U32: "uint32",
	U16: "uint16",
	U8: "uint8",
	BOOL: "bool",
};

/** The most bytes that the format allows of the header. */
export const longestHeader = 100e6;

/** A tensor by its header: its bytes are counted from the end of that. */
export interface SafetensorsEntry {
	readonly dtype: TensorDType;
	readonly shape: number[];
	readonly begin: number;
	readonly end: number;
}

/** A tensor whose elements are of a type that is not known. */
interface UnreadEntry {
	readonly kind: string;
	readonly begin: number;
	readonly end: number;
}

interface Header {
	readonly metadata: Record<string, string>;
	readonly entries: readonly (readonly [
		string,
		SafetensorsEntry | UnreadEntry,
	])[];
	/** Where the bytes of the tensors begin. */
	readonly start: number;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return value !== null && typeof value === "object" && !Array.isArray(value);
}

function readEntry(
	file: CheckpointFile,
	name: string,
	value: unknown,
): SafetensorsEntry | UnreadEntry {
	const { dtype, shape, data_offsets } = isObject(value) ? value : {};
	const offsets: unknown[] = Array.isArray(data_offsets) ? data_offsets : [];
	const [begin, end] = offsets;
	if (typeof dtype !== "string")
		throw file.error(`tensor ${quote(name)} has the element type of no name`);
	const type = Object.hasOwn(safetensorsDTypes, dtype)
		? safetensorsDTypes[dtype]
		: undefined;
	const fits =
		isShape(shape) &&
		isCount(begin) &&
		isCount(end) &&
		begin <= end &&
		(!type || end - begin === elementCount(shape) * elementBytes(type));
	if (!fits)
		throw file.error(
			`tensor ${quote(name)} has a shape that does not fit its bytes: the file is corrupt`,
		);
	if (!type) return { kind: `of the element type ${quote(dtype)}`, begin, end };
	return { dtype: type, shape, begin, end };
}

function readMetadata(file: CheckpointFile, value: unknown) {
	if (
		!isObject(value) ||
		!Object.values(value).every((text) => typeof text === "string")
	)
		throw file.error("its metadata is not text by name: it is corrupt");
	return value as Record<string, string>;
}

function parseHeader(file: CheckpointFile, length: number) {
	const bytes = file.read(8, length, "the header");
	file.claim(4 * length);
	try {
		const text = new TextDecoder("utf8", { fatal: true }).decode(bytes);
		const header: unknown = JSON.parse(text);
		if (isObject(header)) return header;
	} catch (cause) {
		throw file.error(
			`its header is not JSON (${(cause as Error).message}): the file is corrupt`,
		);
	}
	throw file.error("its header is not a JSON object: the file is corrupt");
}

function readHeader(file: CheckpointFile): Header {
	const prefix = Buffer.from(file.read(0, 8, "the length of the header"));
	const length = Number(prefix.readBigUInt64LE());
	if (length > longestHeader || length > file.size - 8)
		throw file.error(
			`should have a header of ${length} bytes, more than the file or the format allows: it is truncated or corrupt`,
		);
	const { __metadata__: metadata = {}, ...tensors } = parseHeader(file, length);
	const entries = Object.entries(tensors).map(
		([name, value]) => [name, readEntry(file, name, value)] as const,
	);
	const start = 8 + length;
	let covered = 0;
	for (const [name, { begin, end }] of entries.toSorted(
		([, a], [, b]) => a.begin - b.begin || a.end - b.end,
	)) {
		if (begin !== covered)
			throw file.error(
				`the bytes of tensor ${quote(name)} overlap another's or leave a gap: the file is corrupt`,
			);
		covered = end;
	}
	if (start + covered !== file.size)
		throw file.error(
			`should have ${start + covered} bytes but has ${file.size}: it is truncated or corrupt`,
		);
	return { metadata: readMetadata(file, metadata), entries, start };
}

/**
 * Opens a `.safetensors` file: its text metadata, its tensors, how to read one of them, and of what kind
 * those are that cannot be read.
 *
 * Source: the format's specification, huggingface/safetensors README.
 */
export function openSafetensors(file: CheckpointFile): {
	metadata: Record<string, string>;
	tensors: ReadonlyMap<string, SafetensorsEntry>;
	unread: ReadonlyMap<string, string>;
	load(entry: SafetensorsEntry, name: string): Promise<NamedTensor>;
} {
	const { metadata, entries, start } = readHeader(file);
	const tensors = new Map<string, SafetensorsEntry>();
	const unread = new Map<string, string>();
	for (const [name, entry] of entries) {
		if ("kind" in entry) unread.set(name, entry.kind);
		else tensors.set(name, entry);
	}
	return {
		metadata,
		tensors,
		unread,
		async load({ dtype, shape, begin, end }, name) {
			const what = `tensor ${quote(name)}`;
			const bytes = await file.readAside(start + begin, end - begin, what);
			const data = viewAs(dtype, bytes);
			fromByteOrder(data, "LE");
			return { dtype, shape, data };
		},
	};
}
