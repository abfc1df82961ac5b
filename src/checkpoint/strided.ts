import {
	elementBytes,
	elementCount,
	type TensorData,
	type TensorDType,
	viewAs,
} from "./tensor.js";

/** Where the elements of a tensor lie in its storage, counted in elements. */
export interface Layout {
	readonly shape: readonly number[];
	readonly stride: readonly number[];
	readonly offset: number;
}

/** The strides of a row-major tensor. */
export function rowMajor(shape: readonly number[]): number[] {
	const stride = shape.map(() => 1);
	for (let i = shape.length - 2; i >= 0; i--)
		stride[i] = (stride[i + 1] as number) * (shape[i + 1] as number);
	return stride;
}

/** Whether the elements lie one after another in row-major order. */
export function isContiguous({ shape, stride }: Layout): boolean {
	const expected = rowMajor(shape);
	return (
		elementCount(shape) === 0 ||
		shape.every((length, i) => length === 1 || stride[i] === expected[i])
	);
}

/** How many elements of storage a tensor reaches into, from the storage's beginning. */
export function reach({ shape, stride, offset }: Layout): number {
	if (elementCount(shape) === 0) return 0;
	return shape.reduce(
		(last, length, i) => last + (length - 1) * (stride[i] as number),
		offset + 1,
	);
}

function words(data: TensorData): Uint8Array | Uint16Array | Uint32Array {
	const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: bytes } = data;
	if (bytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
	if (bytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
	return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** A row-major copy of a strided tensor, bit for bit. */
export function gather(
	dtype: TensorDType,
	source: TensorData,
	{ shape, stride, offset }: Layout,
): TensorData {
	const bytes = elementBytes(dtype);
	const result = viewAs(dtype, new ArrayBuffer(bytes * elementCount(shape)));
	// As integers: a NaN that is moved as a number may lose its bits.
	const from = words(source);
	const to = words(result);
	const each = bytes / from.BYTES_PER_ELEMENT;
	let at = 0;
	const last = shape.length - 1;
	const copy = (axis: number, start: number): void => {
		const length = axis > last ? 1 : (shape[axis] as number);
		const step = axis > last ? 0 : each * (stride[axis] as number);
		if (axis < last)
			for (let i = 0; i < length; i++) copy(axis + 1, start + i * step);
		else if (each === 1)
			for (let i = 0; i < length; i++)
				to[at++] = from[start + i * step] as number;
		else
			for (let i = 0; i < length; i++)
				for (let word = 0; word < each; word++)
					to[at++] = from[start + i * step + word] as number;
	};
	if (to.length > 0) copy(0, each * offset);
	return result;
}
