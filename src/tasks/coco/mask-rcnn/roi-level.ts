import type { Convention } from "./convention.js";
import type { Sides } from "./region-taps.js";

// A region of this size is seen at stride 16, a smaller one of half of it at stride 8.
const canonicalSize = 224;
const canonicalLevel = 2;
const epsilon = 1e-6;

/**
 * The level, from 0 to below `levels`, in which a region is looked at: the first for sides up to 112 pixels,
 * and one more for each doubling.
 *
 * Sources: `map_roi_levels` of mmdetection, whose finest scale is 56; `LevelMapper` of torchvision. They add
 * their epsilon before and after the logarithm, which can only matter at a millionth of a boundary.
 */
export function roiLevel(
	[left, top, right, bottom]: Sides,
	levels: number,
	convention: Convention,
): number {
	const size = Math.sqrt((right - left) * (bottom - top));
	const finest = canonicalSize / 2 ** canonicalLevel;
	const level =
		convention === "mmdetection"
			? Math.log2(size / finest + epsilon)
			: Math.log2(size / finest) + epsilon;
	// Not a number where training has diverged.
	return level > 0 ? Math.min(Math.floor(level), levels - 1) : 0;
}
