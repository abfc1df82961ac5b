import { blockValues, changeBlocks } from "../image/blocks.js";
import type { Image } from "../image/image.js";
import { type SimdKernels, simdKernels } from "../image/simd-kernels.js";
import type { Draws } from "./corruption.js";
import { type DrawsIn, drawsIn } from "./draws.js";
import { drawBytes } from "./ziggurat.js";

const levelsAt = drawBytes;
// Behind the levels is room for what kernels write beyond them.
const drawnAt = levelsAt + blockValues + 32;

/** How values are changed by numbers of 64 bits, one drawn for each. */
export interface DrawnChange {
	/** Draws numbers. */
	draw(into: DrawsIn, at: number, count: number): void;
	/** Changes as many values as there are numbers. */
	change(
		kernels: SimdKernels,
		places: { levels: number; drawn: number; count: number },
	): void;
}

/** A copy of an image, each of its values changed by a number drawn for it. */
export function changeByDraws(
	image: Image,
	draws: Draws,
	{ draw, change }: DrawnChange,
): Image {
	const running = simdKernels(drawnAt + 8 * blockValues);
	const into = drawsIn(running, draws);
	const place = { bytes: running.bytes, at: levelsAt };
	return changeBlocks(image, place, (_, count) => {
		draw(into, drawnAt, count);
		change(running.kernels, { levels: levelsAt, drawn: drawnAt, count });
	});
}
