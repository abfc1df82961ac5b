import type { Size } from "../../task.js";

/** The part of a batch of numbers that belongs to one image; not a copy. */
export function rowOf<Values extends Float32Array | Int32Array>(
	values: Values,
	image: number,
	batch: number,
): Values {
	const length = values.length / batch;
	return values.subarray(image * length, (image + 1) * length) as Values;
}

/** The size of one image of a batch, of whose heights and widths `[batch, 2]` are given. */
export function imageSize(sizes: Float32Array, image: number): Size {
	const [height, width] = sizes.subarray(2 * image);
	return { height, width };
}
