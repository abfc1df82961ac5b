import type { Image } from "../image/image.js";
import { simdKernels } from "../image/simd-kernels.js";
import type { Size } from "../tasks/task.js";

/** Red, green and blue in 0-1. */
export type Color = readonly [number, number, number];

/** How images lie in a batch: each at the top left, what is below and beside it of one color. */
export interface Padding {
	readonly size: Size;
	readonly color: Color;
}

/** Whether images of these sizes leave anything of a batch to be filled. */
export const isPadded = (sizes: readonly Size[], size: Size): boolean =>
	sizes.some(
		({ height, width }) => height !== size.height || width !== size.width,
	);

/** One color again and again: what is written already is copied behind itself. */
function fill(values: Float32Array, color: Color): void {
	values.set(color.slice(0, values.length));
	for (let done = 3; done < values.length; done *= 2)
		values.copyWithin(done, 0, done);
}

/** Fills what images of these sizes leave free of a batch `[images, height, width, 3]`. */
export function fillPadding(
	values: Float32Array,
	sizes: readonly Size[],
	{ size, color }: Padding,
): void {
	const stride = size.width * 3;
	const length = size.height * stride;
	sizes.forEach(({ height, width }, n) => {
		const image = values.subarray(n * length, (n + 1) * length);
		if (width < size.width)
			for (let row = 0; row < height; row++) {
				const rest = image.subarray(row * stride, (row + 1) * stride);
				fill(rest.subarray(width * 3), color);
			}
		fill(image.subarray(height * stride), color);
	});
}

/** Throws where an image is larger than what a batch is padded to. */
export function checkFit(sizes: readonly Size[], size: Size): void {
	for (const { height, width } of sizes)
		if (height > size.height || width > size.width)
			throw new RangeError(
				`the images of a batch are padded to ${size.height} x ${size.width}, but one is ${height} x ${width} (height x width): the task's \`padded\` returns too little`,
			);
}

/** As many levels as stay in the cache of a core together with their values. */
const bandLength = 2 ** 14;

/** Writes the values of some levels, from a place on, band by band. */
function takeValues(to: Float32Array, levels: Uint8Array, start: number): void {
	const { kernels, bytes, singles } = simdKernels(5 * bandLength);
	for (let done = 0; done < levels.length; done += bandLength) {
		const band = levels.subarray(done, done + bandLength);
		bytes.set(band, 4 * bandLength);
		kernels.bytesToUnits(band.length, 4 * bandLength, 0);
		to.set(singles.subarray(0, band.length), start + done);
	}
}

/** Writes all of the values that `imageValues` makes to an array of their number. */
export function writeImageValues(
	values: Float32Array,
	images: readonly Image[],
	padding: Padding,
): void {
	const { height, width } = padding.size;
	const length = height * width * 3;
	images.forEach((image, n) => {
		const { data } = image;
		// Rows of one length are one stretch.
		const [rows, stretch] =
			image.width === width
				? [1, data.length]
				: [image.height, image.width * 3];
		for (let row = 0; row < rows; row++) {
			const from = data.subarray(row * stretch, (row + 1) * stretch);
			takeValues(values, from, n * length + row * width * 3);
		}
	});
	fillPadding(values, images, padding);
	fill(values.subarray(images.length * length), padding.color);
}

/** The values of 8-bit images, `[images, height, width, 3]` in 0-1, as torchvision's `ToTensor`, padded. */
export function imageValues(
	images: readonly Image[],
	padding: Padding,
): Float32Array {
	const { height, width } = padding.size;
	checkFit(images, padding.size);
	const values = new Float32Array(images.length * height * width * 3);
	writeImageValues(values, images, padding);
	return values;
}
