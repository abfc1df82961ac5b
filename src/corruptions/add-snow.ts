import { changeBlocks } from "../image/blocks.js";
import type { FloatImage, Image } from "../image/image.js";
import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";

/** How flakes are added to an image. */
export interface AddSnowOptions {
	/** How much of the image is not whitened. */
	readonly keep: number;
	/** Whether flakes are rounded to 16 bits and then cut off to 8, as by ImageMagick, not rounded to 8. */
	readonly isCut: boolean;
}

/** How many flakes are rounded at a time. */
const most = 2 ** 12;
const flakesAt = 8 * most + 32;

/**
 * An image whitened, and the flakes that fall on it, and these once more, turned upside down.
 *
 * The flakes, from 0 to 255, are of at least the image's size; its pixels are at the top left.
 */
export function addSnow(
	image: Image,
	flakes: FloatImage,
	{ keep, isCut }: AddSnowOptions,
): Image {
	const { height, width } = image;
	const block = 3 * width;
	const at = flakesAt + flakes.data.length + 32;
	const running = simdKernels(at + block);
	roundFlakes(running, flakes, isCut);
	const place = { bytes: running.bytes, at, block };
	return changeBlocks(image, place, (from, count) => {
		const y = from / block;
		const upright = flakesAt + y * flakes.width;
		const turned = flakesAt + (height - 1 - y) * flakes.width + width - 1;
		running.kernels.addSnow(at, count, upright, turned, keep);
	});
}

/** Copies flakes, as bytes, to where the kernels read them. */
function roundFlakes(
	{ kernels, doubles }: RunningKernels,
	{ data }: FloatImage,
	isCut: boolean,
): void {
	for (let from = 0; from < data.length; from += most) {
		const part = data.subarray(from, from + most);
		doubles.set(part);
		kernels.roundFlakes(0, part.length, Number(isCut), flakesAt + from);
	}
}
