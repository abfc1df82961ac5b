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
