import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { onHost } from "../engine/host.js";
import type { HostArray } from "../engine/host-call.js";

/** The size of an image, in pixels. */
export interface PixelSize {
	readonly height: number;
	readonly width: number;
}

/**
 * Writes what becomes of one image, `height · width · 3` values row by row, into another array of that length.
 *
 * `index` is its place among all images that are changed; `levels` are those of `levelsOf`, where they are known.
 */
export type ChangePixels = (
	from: Float32Array,
	to: Float32Array,
	index: number,
	levels?: Uint8Array,
) => void;

/** What the levels of an 8-bit image are as values: from 0 to 1. */
export const levelValues = Float32Array.from(
	{ length: 256 },
	(_, level) => level / 255,
);

/** The levels of an 8-bit image, whose values are `levelValues`; undefined of any other. */
export function levelsOf(values: Float32Array): Uint8Array | undefined {
	const levels = new Uint8Array(values.length);
	for (let i = 0; i < values.length; i++) {
		const value = values[i]!;
		const level = (value * 255 + 0.5) | 0;
		if (levelValues[level] !== value) return undefined;
		levels[i] = level;
	}
	return levels;
}

/**
 * A number held in 0-1, but for the rounding of doubles.
 *
 * It asks no questions, which processors guess wrong half of the time where an image is noise: those take twice as long.
 */
export const clipped = (x: number): number =>
	Math.abs(Math.abs(x) - Math.abs(x - 1) + 1) / 2;

/**
 * Changes the images of a batch one by one, in plain JavaScript: for small images, kernels of tensors take longer to
 * call than to compute, and no engine is faster at this. No gradient goes through it.
 *
 * Images are `[batch, height, width, 3]`, and so is the result. `changeOf` is given the values of `inputs`.
 */
export function eachImage(
	images: Tensor4D,
	changeOf: (size: PixelSize, inputs: readonly HostArray[]) => ChangePixels,
	inputs: readonly Tensor[] = [],
): Tensor4D {
	const { shape } = images;
	const [batch, height, width] = shape;
	const [changed] = onHost(
		[images, ...inputs],
		[{ shape, dtype: "float32" }],
		([values, ...given]) => {
			const from = values as Float32Array;
			const change = changeOf({ height, width }, given);
			const to = new Float32Array(from.length);
			const size = from.length / batch;
			for (let i = 0; i < batch; i++) {
				const [start, end] = [i * size, (i + 1) * size];
				change(from.subarray(start, end), to.subarray(start, end), i);
			}
			return [to];
		},
	);
	return changed as Tensor4D;
}
