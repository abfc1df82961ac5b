import * as tf from "@tensorflow/tfjs";
import { tensorValues } from "../engine/tensor-values.js";
import type { Image } from "../image/image.js";
import type { Size, Task } from "../tasks/task.js";
import { checkFit, type Padding, writeImageValues } from "./image-values.js";

/** What the images of a batch are padded to: the size that the task wants, or the largest sides. */
export function paddedSize(
	sizes: readonly Size[],
	{ padded }: Pick<Task, "padded">,
): Size {
	if (padded) return padded(sizes);
	return {
		height: Math.max(...sizes.map(({ height }) => height)),
		width: Math.max(...sizes.map(({ width }) => width)),
	};
}

/**
 * 8-bit images as a tensor, `[count, height, width, 3]`, as `imageValues`.
 *
 * Behind the images, up to `count`, there is nothing but the color of the padding.
 */
export function imagesToTensor(
	images: readonly Image[],
	padding: Padding,
	count = images.length,
): tf.Tensor4D {
	const { height, width } = padding.size;
	checkFit(images, padding.size);
	const values = tensorValues(count * height * width * 3);
	writeImageValues(values, images, padding);
	return tf.tensor4d(values, [count, height, width, 3]);
}

/** Heights and widths as `[count, 2]`; behind the images, up to `count`, those of the whole batch. */
export function sizesToTensor(
	sizes: readonly Size[],
	size: Size,
	count = sizes.length,
): tf.Tensor2D {
	const rows = Array.from({ length: count }, (_, n) => sizes[n] ?? size);
	return tf.tensor2d(rows.map(({ height, width }) => [height, width]));
}
