import { createImage, type Image } from "./image.js";

/** How many values are changed at a time: whole pixels, few enough that all that is made of them stays in the cache. */
export const blockValues = 3 * 2 ** 11;

/** Where the kernels find the values of a block, and how many there are. */
export interface BlockPlace {
	readonly bytes: Uint8Array;
	readonly at: number;
	/** At most so many at a time; `blockValues` where absent. */
	readonly block?: number;
}

/**
 * A copy of an image whose values `change` overwrites, block after block, where they lie in the memory of the kernels.
 *
 * It is given which value is the first, and how many there are.
 */
export function changeBlocks(
	{ data, height, width }: Image,
	{ bytes, at, block = blockValues }: BlockPlace,
	change: (from: number, count: number) => void,
): Image {
	const changed = new Uint8Array(data.length);
	for (let from = 0; from < data.length; from += block) {
		const part = data.subarray(from, from + block);
		bytes.set(part, at);
		change(from, part.length);
		changed.set(bytes.subarray(at, at + part.length), from);
	}
	return createImage(height, width, changed);
}
