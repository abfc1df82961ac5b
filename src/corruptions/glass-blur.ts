import { byteBlur } from "../image/gaussian.js";
import { withScratch } from "../image/scratch.js";
import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";
import type { Draws } from "./corruption.js";
import { defineCorruption } from "./define-corruption.js";

interface GlassBlurConstants {
	/** The standard deviation, in pixels, of the blur before and after. */
	readonly sigma: number;
	/** The furthest a pixel comes from, in pixels, along each side. */
	readonly reach: number;
	readonly rounds: number;
}

const imagenet = [
	{ sigma: 0.7, reach: 1, rounds: 2 },
	{ sigma: 0.9, reach: 2, rounds: 1 },
	{ sigma: 1, reach: 2, rounds: 3 },
	{ sigma: 1.1, reach: 3, rounds: 2 },
	{ sigma: 1.5, reach: 4, rounds: 2 },
] as const;

/** Pixels shuffled within a small neighborhood, as behind frosted glass, between two slight blurs. */
export const glassBlur = defineCorruption<GlassBlurConstants>({
	name: "glass-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ sigma: 0.05, reach: 1, rounds: 1 },
			{ sigma: 0.25, reach: 1, rounds: 1 },
			{ sigma: 0.4, reach: 1, rounds: 1 },
			{ sigma: 0.25, reach: 1, rounds: 2 },
			{ sigma: 0.4, reach: 1, rounds: 2 },
		],
	},
	apply(image, { sigma, reach, rounds }, { draws }) {
		const { data, ...size } = image;
		const { byteLength, blur } = byteBlur(size, sigma);
		const end = byteLength + data.length;
		const offsets = Math.ceil(end / 4) * 4;
		const room = 4 * (fewestDraws + 2 * size.width);
		const running = simdKernels(offsets + room);
		running.bytes.set(data, byteLength);
		blur(running, { image: byteLength, at: 0 });
		const places = { ...size, at: byteLength, offsets };
		for (let round = 0; round < rounds; round++)
			shuffle(running, places, { draws, reach });
		blur(running, { image: byteLength, at: 0 });
		return { data: running.bytes.slice(byteLength, end), ...size };
	},
	source: { module: import.meta.url, name: "glassBlur" },
});

/** An image in the memory of the kernels, and where there is room for offsets. */
interface Places {
	readonly height: number;
	readonly width: number;
	readonly at: number;
	readonly offsets: number;
}

/** Rows are shuffled with at least so many draws at once, which stay in the cache. */
const fewestDraws = 2 ** 15;

/**
 * Overwrites each pixel, last first, with a neighbor.
 *
 * Upstream means to swap the two, but a swap of two views in numpy writes the neighbor to both; kept for parity.
 */
function shuffle(
	{ kernels, words }: RunningKernels,
	{ height, width, at, offsets }: Places,
	{ draws, reach }: { draws: Draws; reach: number },
): void {
	const columns = width - 2 * reach;
	if (columns <= 0) return;
	const stride = 3 * width;
	const rowsAtOnce = Math.ceil(fewestDraws / 2 / columns);
	for (let y = height - reach; y > reach; y -= rowsAtOnce) {
		const rows = Math.min(rowsAtOnce, y - reach);
		const last = at + y * stride + 3 * (width - reach);
		withScratch(() => {
			words.set(draws.integers(2 * rows * columns, -reach, reach), offsets / 4);
		});
		kernels.shufflePixels(rows, columns, last, stride, offsets);
	}
}
