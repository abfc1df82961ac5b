import { createImage } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";
import { plasma } from "./plasma.js";

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
	apply({ data, height, width }, { thickness, decay }, { variant, draws }) {
		// imagecorruptions takes the longest of height, width and three channels.
		const longest = Math.max(height, width, 3);
		const usual = variant === "any-size" ? 1 : sides[variant];
		const side = Math.max(usual, 2 ** Math.ceil(Math.log2(longest)));
		const layer = plasma(side, decay, draws);
		let brightest = 0;
		for (let i = 0; i < data.length; i++) {
			brightest = Math.max(brightest, data[i]!);
		}
		const white = brightest / 255;
		const levels = Float64Array.from({ length: 256 }, (_, v) => v / 255);
		const foggy = new Uint8Array(data.length);
		for (let y = 0, i = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const haze = thickness * layer[y * side + x]!;
				for (let channel = 0; channel < 3; channel++, i++) {
					const value =
						((levels[data[i]!]! + haze) * white) / (white + thickness);
					foggy[i] = Math.min(1, value) * 255;
				}
			}
		}
		return createImage(height, width, foggy);
	},
	source: { module: import.meta.url, name: "fog" },
});
