import { blockValues, changeBlocks } from "../image/blocks.js";
import type { Image } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";
import { type Plasma, plasma } from "./plasma.js";

/** How thick fog is. */
export interface FogConstants {
	/** How bright the thickest fog is, where the image ranges from 0 to 1. */
	readonly thickness: number;
	/** How fast the roughness of the fog decays with scale. */
	readonly decay: number;
}

const large = [
	{ thickness: 1.5, decay: 2 },
	{ thickness: 2, decay: 2 },
	{ thickness: 2.5, decay: 1.7 },
	{ thickness: 2.5, decay: 1.5 },
	{ thickness: 3, decay: 1.4 },
] as const;
const small = [
	{ thickness: 0.2, decay: 3 },
	{ thickness: 0.5, decay: 3 },
	{ thickness: 0.75, decay: 2.5 },
	{ thickness: 1, decay: 2 },
	{ thickness: 1.5, decay: 1.75 },
] as const;

/** The sides of the fog of the two variants that have one size of image. */
const sides = { "imagenet-c": 256, "cifar-10-c": 32 } as const;

/**
 * Lays a plasma fractal over the image: `clip((x + thickness · fog) · max(x) / (max(x) + thickness))`.
 *
 * Source: `fog` of imagecorruptions and of hendrycks/robustness.
 */
export const fog = defineCorruption<FogConstants>({
	name: "fog",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply(image, { thickness, decay }, { variant, draws }) {
		const { height, width } = image;
		// imagecorruptions takes the longest of height, width and three channels.
		const longest = Math.max(height, width, 3);
		const usual = variant === "any-size" ? 1 : sides[variant];
		const side = Math.max(usual, 2 ** Math.ceil(Math.log2(longest)));
		const row = 3 * width;
		const behind = Math.max(row, blockValues);
		const layer = plasma({ side, decay, behind }, draws);
		const { heights, end, lowest, scale } = layer;
		const { kernels, bytes } = layer.running;
		const white = highestLevel(image, layer) / 255;
		const place = { bytes, at: end, block: row };
		return changeBlocks(image, place, (from, count) =>
			kernels.layFog(
				end,
				count,
				heights + 4 * side * (from / row),
				lowest,
				scale,
				thickness,
				white,
				white + thickness,
			),
		);
	},
	source: { module: import.meta.url, name: "fog" },
});

/** The highest level of an image, which is copied to the end of the plasma. */
function highestLevel({ data }: Image, { running, end }: Plasma): number {
	let highest = 0;
	for (let from = 0; from < data.length; from += blockValues) {
		const part = data.subarray(from, from + blockValues);
		running.bytes.set(part, end);
		const found = running.kernels.highestLevel(end, part.length);
		highest = Math.max(highest, found);
	}
	return highest;
}
