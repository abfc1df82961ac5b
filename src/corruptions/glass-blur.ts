import { blurImage } from "../image/gaussian.js";
import type { Image } from "../image/image.js";
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
		const blurred = blurImage(image, sigma);
		const rows = Math.max(0, image.height - 2 * reach);
		const columns = Math.max(0, image.width - 2 * reach);
		for (let round = 0; round < rounds; round++) {
			const offsets = draws.integers(2 * rows * columns, -reach, reach);
			shuffle(blurred, offsets, reach);
		}
		return blurImage(blurred, sigma);
	},
	source: { module: import.meta.url, name: "glassBlur" },
});

/**
 * Overwrites each pixel, last first, with a neighbor.
 *
 * Upstream means to swap the two, but a swap of two views in numpy writes the neighbor to both; kept for parity.
 */
function shuffle(
	{ data, height, width }: Image,
	offsets: Int32Array,
	reach: number,
): void {
	let draw = 0;
	for (let y = height - reach; y > reach; y--) {
		for (let x = width - reach; x > reach; x--, draw += 2) {
			const from = ((y + offsets[draw + 1]!) * width + x + offsets[draw]!) * 3;
			const to = (y * width + x) * 3;
			data[to] = data[from]!;
			data[to + 1] = data[from + 1]!;
			data[to + 2] = data[from + 2]!;
		}
	}
}
