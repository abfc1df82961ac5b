import { endianness } from "node:os";
import { floatTable, isSmallFloat } from "./float-table.js";

/**
 * The values of a tensor as they lie in memory: floats of 8 and 16 bits as their bits, bool as 0 and 1,
 * complex numbers as real and imaginary part by turns.
 */
export type TensorData =
	| Float32Array
	| Float64Array
	| Uint16Array
	| Int8Array
	| Uint8Array
	| Int16Array
	| Int32Array
	| Uint32Array
	| BigInt64Array
	| BigUint64Array;

/** The typed arrays of the elements, by dtype. */
export const arrays = {
	float32: Float32Array,
	float64: Float64Array,
	float16: Uint16Array,
	bfloat16: Uint16Array,
	float8_e4m3fn: Uint8Array,
	float8_e4m3fnuz: Uint8Array,
	float8_e5m2: Uint8Array,
	float8_e5m2fnuz: Uint8Array,
	float8_e8m0fnu: Uint8Array,
	complex32: Uint16Array,
	complex64: Float32Array,
	complex128: Float64Array,
	int8: Int8Array,
	uint8: Uint8Array,
	int16: Int16Array,
	uint16: Uint16Array,
	int32: Int32Array,
	uint32: Uint32Array,
	int64: BigInt64Array,
	uint64: BigUint64Array,
	bool: Uint8Array,
};

/** An element type, by its name in PyTorch. */
export type TensorDType = keyof typeof arrays;

/** A tensor as PyTorch stores it: contiguous, row-major, in PyTorch's order of dimensions (OIHW, for example). */
export interface NamedTensor {
	readonly dtype: TensorDType;
	/** Empty for a zero-dimensional tensor. */
	readonly shape: readonly number[];
	/**
	 * As many numbers as the product of `shape`, and twice as many where they are complex; tensors that share
	 * a storage in the file share memory here.
	 */
	readonly data: TensorData;
}

/** Tensors by their name in the state_dict. */
export type NamedTensors = Readonly<Record<string, NamedTensor>>;

/** Whether a name is one of the element types. */
export function isTensorDType(name: string): name is TensorDType {
	return Object.hasOwn(arrays, name);
}

/** How many numbers of `data` an element is: two where it is complex. */
export function numbersPerElement(dtype: TensorDType): number {
	return dtype.startsWith("complex") ? 2 : 1;
}

/** Bytes per element. */
export function elementBytes(dtype: TensorDType): number {
	return arrays[dtype].BYTES_PER_ELEMENT * numbersPerElement(dtype);
}

/** The name of the typed array that holds elements of a type. */
export function arrayName(dtype: TensorDType): string {
	return arrays[dtype].name;
}

/** The product of the lengths of all dimensions: 1 for none. */
export function elementCount(shape: readonly number[]): number {
	return shape.reduce((product, length) => product * length, 1);
}

/** Whether a value from a file is a number that counts something. */
export function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

const mostDimensions = 64;

/** Whether a value from a file is the shape of a tensor that could exist. */
export function isShape(value: unknown): value is number[] {
	return (
		Array.isArray(value) &&
		value.length <= mostDimensions &&
		value.every(isCount) &&
		isCount(elementCount(value.map((length) => Math.max(1, length))))
	);
}

/** A view of `length` elements of a buffer; `byteOffset` is a multiple of the element size. */
export function viewAs(
	dtype: TensorDType,
	buffer: ArrayBuffer,
	{ byteOffset = 0, length }: { byteOffset?: number; length?: number } = {},
): TensorData {
	const numbers = length && length * numbersPerElement(dtype);
	return new arrays[dtype](buffer, byteOffset, numbers);
}

/** The bytes of a typed array, as a view of the same memory. */
export function bytesOf(data: TensorData): Uint8Array {
	return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Reverses the bytes of each element in place where the file's byte order is not this machine's. */
export function fromByteOrder(data: TensorData, order: "LE" | "BE"): void {
	if (order === endianness() || data.BYTES_PER_ELEMENT === 1) return;
	const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	if (data.BYTES_PER_ELEMENT === 2) bytes.swap16();
	else if (data.BYTES_PER_ELEMENT === 4) bytes.swap32();
	else bytes.swap64();
}

/**
 * The values as 32-bit floats, rounded to nearest: the tensor's own array where it is float32 already.
 *
 * Floats of 8 and 16 bits convert exactly, infinities and what is in a NaN included; 64-bit integers through
 * a double. Throws a `TypeError` where the values are complex.
 */
export function toFloat32({ dtype, data }: NamedTensor): Float32Array {
	if (numbersPerElement(dtype) > 1)
		throw new TypeError(
			`${dtype} is no single float32: data holds real and imaginary parts by turns`,
		);
	if (data instanceof Float32Array) return data;
	if (isSmallFloat(dtype)) {
		const table = floatTable(dtype);
		const bits = data as Uint16Array | Uint8Array;
		const words = new Uint32Array(bits.length);
		for (let i = 0; i < bits.length; i++)
			words[i] = table[bits[i] as number] as number;
		return new Float32Array(words.buffer);
	}
	if (dtype === "bfloat16") {
		const bits = new Uint32Array(data.length);
		for (let i = 0; i < bits.length; i++) bits[i] = Number(data[i]) << 16;
		return new Float32Array(bits.buffer);
	}
	if (data instanceof BigInt64Array || data instanceof BigUint64Array)
		return Float32Array.from(data, Number);
	return new Float32Array(data);
}
