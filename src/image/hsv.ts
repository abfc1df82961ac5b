import { blockValues, changeBlocks } from "./blocks.js";
import type { Image } from "./image.js";
import { simdKernels } from "./simd-kernels.js";

/** What becomes of the saturation, times `factor` and plus `offset`, and of the value, plus `gain`; at most 1 each. */
export interface HsvChange {
	/** Default 1. */
	readonly factor?: number;
	/** At least 0, and that by default. */
	readonly offset?: number;
	/** At least 0, and that by default. */
	readonly gain?: number;
}

/**
 * An image with other saturations and values, which range from 0 to 1; hues are kept, and grey has that of red.
 *
 * Operation by operation `skimage.color.rgb2hsv` and `hsv2rgb`, then `numpy.uint8`.
 */
export function adjustHsv(
	image: Image,
	{ factor = 1, offset = 0, gain = 0 }: HsvChange,
): Image {
	const { kernels, bytes } = simdKernels(blockValues);
	return changeBlocks(image, { bytes, at: 0 }, (_, count) =>
		kernels.adjustHsv(0, count, factor, offset, gain),
	);
}
