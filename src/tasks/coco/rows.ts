import type { Size } from "../task.js";

/** The part of a batch of numbers that belongs to one image; not a copy. */
export function rowOf(
	values: Float32Array,
	image: number,
	batch: number,
): Float32Array {
	const length = values.length / batch;
	return values.subarray(image * length, (image + 1) * length);
}

/** The size of one image of a batch, of whose heights and widths `[batch, 2]` are given. */
export function imageSize(sizes: Float32Array, image: number): Size {
	const [height, width] = sizes.subarray(2 * image);
	return { height: height as number, width: width as number };
}
