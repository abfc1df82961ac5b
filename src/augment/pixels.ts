import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";

/** The size of an image, in pixels. */
export interface PixelSize {
	readonly height: number;
	readonly width: number;
}

/**
 * Writes what becomes of one image, `height · width · 3` numbers of 32 bits row by row, to another place of the memory.
 *
 * `index` is its place among all images that are changed; at `levels` lie the levels of an 8-bit image, where they are
 * known.
 */
export type ChangePixels = (
	from: number,
	to: number,
	index: number,
	levels?: number,
) => void;

/** A change of the images of a batch, made by the kernels in their memory. */
export interface PixelChange {
	/** Bytes that it takes besides the images: a sum of `room`'s. */
	readonly byteLength: number;
	/** Writes what it needs from a place on. Nobody else may use the memory before all images are changed. */
	begin(running: RunningKernels, at: number): ChangePixels;
}

const line = 64;

/** Bytes from one thing in the memory to the next: they begin where the processor's lines do, and may be overrun. */
export const room = (byteLength: number): number =>
	line * (Math.ceil(byteLength / line) + 1);

/** What the levels of an 8-bit image are as values: from 0 to 1. */
export const levelValues = Float32Array.from(
	{ length: 256 },
	(_, level) => level / 255,
);

/**
 * Changes all images of a batch, one by one; no engine is faster at this. Results are `[batch, height, width, 3]`.
 *
 * `imageOf` gives each image: its values, or the levels of an 8-bit image. It may not use the kernels. Throws a
 * `RangeError` where there is not so much memory.
 */
export function changeImages(
	change: PixelChange,
	{ height, width }: PixelSize,
	imageOf: (index: number) => Float32Array | Uint8Array,
	to: Float32Array,
): void {
	const length = 3 * height * width;
	const from = room(length);
	const result = from + room(4 * length);
	const own = result + room(4 * length);
	const running = simdKernels(own + change.byteLength);
	const changed = change.begin(running, own);
	const { kernels, bytes, singles } = running;
	for (let at = 0, index = 0; at < to.length; at += length, index++) {
		const image = imageOf(index);
		const isLevels = image instanceof Uint8Array;
		if (isLevels) {
			bytes.set(image);
			kernels.valuesOfLevels(0, length, from);
		} else singles.set(image, from / 4);
		changed(from, result, index, isLevels ? 0 : undefined);
		to.set(singles.subarray(result / 4, result / 4 + length), at);
	}
}
