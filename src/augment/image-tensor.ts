import * as tf from "@tensorflow/tfjs";
import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../check/check-options.js";
import { list, whole } from "../check/checks.js";
import { createImage, type Image, imageCheck } from "../image/image.js";

/**
 * Images of one size as a tensor `[batch, height, width, 3]` in 0-1.
 *
 * Throws where there is none or the sizes differ.
 */
export function toTensor(images: readonly Image[]): tf.Tensor4D {
	checkArgument("toTensor", ["images", images], list(imageCheck));
	const [first] = images;
	if (!first) throw new Error("toTensor needs at least one image");
	const { height, width } = first;
	const size = height * width * 3;
	const values = new Float32Array(images.length * size);
	images.forEach((image, at) => {
		if (image.height !== height || image.width !== width) {
			throw new Error(
				`images of one tensor must have one size: the first is ${height} x ${width}, number ${at} is ${image.height} x ${image.width} (height x width)`,
			);
		}
		for (let i = 0; i < size; i++)
			values[at * size + i] = (image.data[i] as number) / 255;
	});
	return tf.tensor4d(values, [images.length, height, width, 3]);
}

/** What lies between the images of a grid. */
export interface GridOptions {
	/** Pixels of white; 4 by default. */
	readonly gap?: number;
}

const checks: Checks<GridOptions> = { gap: whole({ from: 0 }) };

/**
 * One picture of many images, to look at: one row for each tensor `[batch, height, width, 3]` in 0-1.
 *
 * Values beyond 0-1 are clipped. Throws where the sizes of images differ.
 */
export function imageGrid(
	rows: readonly tf.Tensor4D[],
	options: GridOptions = {},
): Image {
	checkOptions("imageGrid", options, checks);
	const { gap = 4 } = options;
	const [, height = 0, width = 0] = rows[0]?.shape ?? [];
	const columns = Math.max(0, ...rows.map(({ shape }) => shape[0]));
	const grid = createImage(
		rows.length * (height + gap) - gap,
		columns * (width + gap) - gap,
	);
	grid.data.fill(255);
	rows.forEach((images, row) => {
		if (images.shape[1] !== height || images.shape[2] !== width) {
			throw new Error(
				`images of one grid must have one size: the first row's are ${height} x ${width}, row ${row}'s are ${images.shape[1]} x ${images.shape[2]} (height x width)`,
			);
		}
		const values = Uint8ClampedArray.from(images.dataSync(), (x) => x * 255);
		for (let line = 0; line < images.shape[0] * height; line++) {
			const column = Math.floor(line / height);
			const y = row * (height + gap) + (line % height);
			const from = values.subarray(line * width * 3, (line + 1) * width * 3);
			grid.data.set(from, (y * grid.width + column * (width + gap)) * 3);
		}
	});
	return grid;
}
