import { elementCount, type TensorData } from "./tensor.js";

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

/** Copies a strided tensor into `target`, row-major. */
export function gather(
	source: TensorData,
	target: TensorData,
	{ shape, stride, offset }: Layout,
): void {
	let at = 0;
	const last = shape.length - 1;
	const copy = (axis: number, from: number): void => {
		const length = axis > last ? 1 : (shape[axis] as number);
		const step = axis > last ? 0 : (stride[axis] as number);
		for (let i = 0; i < length; i++) {
			if (axis < last) copy(axis + 1, from + i * step);
			else target[at++] = source[from + i * step] as number;
		}
	};
	if (target.length > 0) copy(0, offset);
}
