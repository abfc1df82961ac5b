import { byteBlur } from "../image/gaussian.js";
import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";
import { defineCorruption } from "./define-corruption.js";
import { type DrawsIn, drawsIn } from "./draws.js";
import { drawBytes } from "./ziggurat.js";

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
		const { data, height, width } = image;
		const size = { height, width };
		const { byteLength, blur } = byteBlur(size, sigma);
		const offsets = drawBytes + byteLength;
		const at = offsets + 8 * width;
		const end = at + data.length;
		const running = simdKernels(end);
		const places = { ...size, at, offsets };
		const into = drawsIn(running, draws);
		running.bytes.set(data, at);
		blur(running, { image: at, at: drawBytes });
		for (let round = 0; round < rounds; round++)
			shuffle(running, places, { draws: into, reach });
		blur(running, { image: at, at: drawBytes });
		return { data: running.bytes.slice(at, end), ...size };
	},
	source: { module: import.meta.url, name: "glassBlur" },
});

/** An image in the memory of the kernels, and where there is room for a row of offsets. */
interface Places {
	readonly height: number;
	readonly width: number;
	readonly at: number;
	readonly offsets: number;
}

/**
 * Overwrites each pixel, last first, with a neighbor.
 *
 * Upstream means to swap the two, but a swap of two views in numpy writes the neighbor to both; kept for parity.
 */
function shuffle(
	{ kernels }: RunningKernels,
	{ height, width, at, offsets }: Places,
	{ draws, reach }: { draws: DrawsIn; reach: number },
): void {
	const count = width - 2 * reach;
	if (count <= 0) return;
	const stride = 3 * width;
	for (let y = height - reach; y > reach; y--) {
		const last = at + y * stride + 3 * (width - reach);
		draws.integers(offsets, 2 * count, -reach, reach);
		kernels.shufflePixels(count, last, stride, offsets);
	}
}
