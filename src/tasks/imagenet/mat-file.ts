import { inflateSync } from "node:zlib";

/** A value of a MATLAB file: text, numbers, or records by field. */
export type MatValue =
	| string
	| readonly number[]
	| readonly Readonly<Record<string, MatValue>>[];

interface Element {
	readonly type: number;
	readonly bytes: Buffer;
}

const types = { matrix: 14, compressed: 15 } as const;
const classes = { struct: 2, char: 4, double: 6, last: 15 } as const;
const headerBytes = 128;

type Read = (bytes: Buffer, at: number) => number;

/** By the number of a type: bytes of an element, and how one is read. */
const numeric: Readonly<Record<number, readonly [size: number, read: Read]>> = {
	1: [1, (bytes, at) => bytes.readInt8(at)],
	2: [1, (bytes, at) => bytes.readUInt8(at)],
	3: [2, (bytes, at) => bytes.readInt16LE(at)],
	4: [2, (bytes, at) => bytes.readUInt16LE(at)],
	5: [4, (bytes, at) => bytes.readInt32LE(at)],
	6: [4, (bytes, at) => bytes.readUInt32LE(at)],
	7: [4, (bytes, at) => bytes.readFloatLE(at)],
	9: [8, (bytes, at) => bytes.readDoubleLE(at)],
	12: [8, (bytes, at) => Number(bytes.readBigInt64LE(at))],
	13: [8, (bytes, at) => Number(bytes.readBigUInt64LE(at))],
	// Text in UTF-8, 16 and 32.
	16: [1, (bytes, at) => bytes.readUInt8(at)],
	17: [2, (bytes, at) => bytes.readUInt16LE(at)],
	18: [4, (bytes, at) => bytes.readUInt32LE(at)],
};

/** The elements in some bytes, one after another. */
function elementsOf(bytes: Buffer): Element[] {
	const elements: Element[] = [];
	for (let at = 0; at < bytes.length; ) {
		const tag = bytes.readUInt32LE(at);
		// A small element has its size in the upper half of the tag, and its data in what follows.
		const isSmall = tag >>> 16 !== 0;
		const type = isSmall ? tag & 0xffff : tag;
		const size = isSmall ? tag >>> 16 : bytes.readUInt32LE(at + 4);
		const start = at + (isSmall ? 4 : 8);
		if (start + size > bytes.length)
			throw new Error("it ends in the midst of an element");
		elements.push({ type, bytes: bytes.subarray(start, start + size) });
		const isPadded = type !== types.compressed;
		const end = isSmall ? at + 8 : start + size;
		at = isPadded ? Math.ceil(end / 8) * 8 : end;
	}
	return elements;
}

function numbersOf({ type, bytes }: Element): number[] {
	const found = numeric[type];
	if (!found) throw new Error(`it holds data of the type ${type}, no numbers`);
	const [size, read] = found;
	return Array.from({ length: bytes.length / size }, (_, i) =>
		read(bytes, i * size),
	);
}

const latin = ({ bytes }: Element): string => bytes.toString("latin1");

/** The text of characters: in UTF-8 bytes, in others code units or points. */
const textOf = (element: Element): string =>
	element.type === 16
		? element.bytes.toString("utf8")
		: String.fromCodePoint(...numbersOf(element));

function recordsOf(
	[width, names, ...values]: readonly Element[],
	count: number,
): Record<string, MatValue>[] {
	const [size = 1] = numbersOf(width as Element);
	const text = latin(names as Element);
	const fields = Array.from(
		{ length: text.length / size },
		(_, i) => text.slice(i * size, (i + 1) * size).split("\0")[0] as string,
	);
	return Array.from({ length: count }, (_, i) =>
		Object.fromEntries(
			fields.map((field, f) => [
				field,
				arrayValue(
					elementsOf((values[i * fields.length + f] as Element).bytes),
				),
			]),
		),
	);
}

function arrayValue(parts: readonly Element[]): MatValue {
	const [flags, sizes, , ...data] = parts;
	// An empty array of no class.
	if (!flags || !sizes) return [];
	const kind = (numbersOf(flags)[0] ?? 0) & 0xff;
	const count = numbersOf(sizes).reduce((product, n) => product * n, 1);
	if (kind === classes.struct) return recordsOf(data, count);
	const [content] = data;
	if (kind === classes.char) return content ? textOf(content) : "";
	if (kind >= classes.double && kind <= classes.last)
		return content ? numbersOf(content) : [];
	throw new Error(`it holds an array of the class ${kind}, which is not read`);
}

/**
 * The variables of a MATLAB file of version 5 to 7, by name: structures, text and real numbers.
 *
 * Throws where the bytes are of another version or order, damaged, or hold something else. Source: MathWorks,
 * MAT-File Level 5 File Format.
 */
export function readMat(bytes: Uint8Array): Readonly<Record<string, MatValue>> {
	const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (
		all.length < headerBytes ||
		all.toString("latin1", 126, 128) !== "IM" ||
		all[125] !== 1
	)
		throw new Error("it is no MATLAB file of version 5 to 7, little-endian");
	const variables = elementsOf(all.subarray(headerBytes)).flatMap((element) =>
		element.type === types.compressed
			? elementsOf(inflateSync(element.bytes))
			: [element],
	);
	return Object.fromEntries(
		variables.map((variable) => {
			const parts = elementsOf(variable.bytes);
			const [, , name] = parts;
			if (variable.type !== types.matrix || !name)
				throw new Error(`it holds an element of the type ${variable.type}`);
			return [latin(name), arrayValue(parts)];
		}),
	);
}
