import { blockValues, changeBlocks } from "./blocks.js";
import type { Image } from "./image.js";
import { simdKernels } from "./simd-kernels.js";

/** What each byte stands for; the levels of an image lie behind it in the memory of the kernels. */
const unit = Float64Array.from({ length: 256 }, (_, value) => value / 255);
const levelsAt = unit.byteLength;

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
	const { kernels, bytes, doubles } = simdKernels(levelsAt + blockValues);
	doubles.set(unit);
	return changeBlocks(image, { bytes, at: levelsAt }, (_, count) =>
		kernels.adjustHsv(levelsAt, count, 0, factor, offset, gain),
	);
}
