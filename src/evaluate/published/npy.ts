import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Numbers that a `.npy` file may hold here: their size, and how one is read. */
const dtypes: Readonly<
	Record<
		string,
		readonly [size: number, read: (bytes: Buffer, at: number) => number]
	>
> = {
	"|u1": [1, (bytes, at) => bytes.readUInt8(at)],
	"|i1": [1, (bytes, at) => bytes.readInt8(at)],
	"<u2": [2, (bytes, at) => bytes.readUInt16LE(at)],
	"<i2": [2, (bytes, at) => bytes.readInt16LE(at)],
	"<u4": [4, (bytes, at) => bytes.readUInt32LE(at)],
	"<i4": [4, (bytes, at) => bytes.readInt32LE(at)],
	"<u8": [8, (bytes, at) => Number(bytes.readBigUInt64LE(at))],
	"<i8": [8, (bytes, at) => Number(bytes.readBigInt64LE(at))],
};

/** An array in a `.npy` file, of which parts are read as they are asked for. */
export interface NpyFile {
	readonly path: string;
	/** As NumPy writes it: `|u1` are bytes, `<i8` 64-bit integers. */
	readonly dtype: string;
	readonly shape: readonly number[];
	/** The bytes of so many elements of the first axis, from one on. */
	bytes(first: number, count: number): Buffer;
	/** The same as numbers. */
	numbers(first: number, count: number): number[];
}

const magic = "\x93NUMPY";
const mostHeader = 2 ** 16;

function readAt(path: string, position: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	const descriptor = openSync(path, "r");
	try {
		let done = 0;
		while (done < length) {
			const count = readSync(
				descriptor,
				bytes,
				done,
				length - done,
				position + done,
			);
			if (count === 0) break;
			done += count;
		}
		return bytes.subarray(0, done);
	} finally {
		closeSync(descriptor);
	}
}

function sizeOf(path: string): number {
	const descriptor = openSync(path, "r");
	try {
		return fstatSync(descriptor).size;
	} finally {
		closeSync(descriptor);
	}
}

interface Header {
	readonly dtype: string;
	readonly shape: readonly number[];
	/** Where the data begin. */
	readonly start: number;
}

function readHeader(path: string): Header {
	const head = readAt(path, 0, 12);
	if (head.length < 12 || head.toString("latin1", 0, 6) !== magic)
		throw new Error(`${path} is no .npy file`);
	const version = head[6] as number;
	if (version < 1 || version > 3)
		throw new Error(`${path} is a .npy file of version ${version}, not 1 to 3`);
	const [length, start] =
		version === 1 ? [head.readUInt16LE(8), 10] : [head.readUInt32LE(8), 12];
	if (length > mostHeader)
		throw new Error(`${path} has a header of ${length} bytes: it is damaged`);
	const text = readAt(path, start, length).toString("latin1");
	const [, dtype] = /'descr'\s*:\s*'([^']*)'/.exec(text) ?? [];
	const [, fortran] = /'fortran_order'\s*:\s*(True|False)/.exec(text) ?? [];
	const [, sizes] = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(text) ?? [];
	if (dtype === undefined || fortran === undefined || sizes === undefined)
		throw new Error(
			`${path} has a header that says no type, order or shape: ${JSON.stringify(text.slice(0, 80))}`,
		);
	if (fortran === "True")
		throw new Error(
			`${path} is in the order of Fortran: save it anew with numpy.ascontiguousarray`,
		);
	const shape = sizes
		.split(",")
		.filter((size) => size.trim() !== "")
		.map(Number);
	return { dtype, shape, start: start + length };
}

/**
 * Opens a `.npy` file of integers, without reading its data.
 *
 * Throws where it is something else, is of another type or order, or has not as many bytes as its header says.
 * Source: NumPy, `numpy/lib/format.py`.
 */
export function openNpy(path: string): NpyFile {
	const { dtype, shape, start } = readHeader(path);
	const [size, read] = dtypes[dtype] ?? [0, () => 0];
	if (size === 0)
		throw new Error(
			`${path} holds numbers of the type ${dtype}, which is not read: it is one of ${Object.keys(dtypes).join(", ")}`,
		);
	const each = shape.slice(1).reduce((product, length) => product * length, 1);
	const [length = 1] = shape;
	const [expected, found] = [start + length * each * size, sizeOf(path)];
	if (found !== expected)
		throw new Error(
			`${path} has ${found} bytes, not the ${expected} of [${shape.join(", ")}]: fetch it again`,
		);
	const bytes = (first: number, count: number): Buffer => {
		if (first < 0 || first + count > length)
			throw new RangeError(
				`${path} has elements 0 to ${length - 1}, not ${first} to ${first + count - 1}`,
			);
		return readAt(path, start + first * each * size, count * each * size);
	};
	return {
		path,
		dtype,
		shape,
		bytes,
		numbers(first, count) {
			const some = bytes(first, count);
			return Array.from({ length: some.length / size }, (_, i) =>
				read(some, i * size),
			);
		},
	};
}
