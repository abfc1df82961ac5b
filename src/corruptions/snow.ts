import { motionBlur } from "../image/motion-blur.js";
import { addSnow } from "./add-snow.js";
import { defineCorruption } from "./define-corruption.js";
import { snowLayer } from "./snow-layer.js";

/** How much it snows. */
export interface SnowConstants {
	/** Mean and deviation of the noise that flakes are made of. */
	readonly mean: number;
	readonly deviation: number;
	/** The magnification of the noise. */
	readonly zoom: number;
	/** Noise below this is no snow. */
	readonly threshold: number;
	/** The fall of the flakes, in pixels, as in `motionBlur`. */
	readonly radius: number;
	readonly sigma: number;
	/** How much of the image is not whitened. */
	readonly keep: number;
}

type Row = readonly [number, number, number, number, number, number, number];

const large = [
	snowConstants([0.1, 0.3, 3, 0.5, 10, 4, 0.8]),
	snowConstants([0.2, 0.3, 2, 0.5, 12, 4, 0.7]),
	snowConstants([0.55, 0.3, 4, 0.9, 12, 8, 0.7]),
	snowConstants([0.55, 0.3, 4.5, 0.85, 12, 8, 0.65]),
	snowConstants([0.55, 0.3, 2.5, 0.85, 12, 12, 0.55]),
] as const;
const small = [
	snowConstants([0.1, 0.2, 1, 0.6, 8, 3, 0.95]),
	snowConstants([0.1, 0.2, 1, 0.5, 10, 4, 0.9]),
	snowConstants([0.15, 0.3, 1.75, 0.55, 10, 4, 0.9]),
	snowConstants([0.25, 0.3, 2.25, 0.6, 12, 6, 0.85]),
	snowConstants([0.3, 0.3, 1.25, 0.65, 14, 12, 0.8]),
] as const;

function snowConstants(row: Row): SnowConstants {
	const [mean, deviation, zoom, threshold, radius, sigma, keep] = row;
	return { mean, deviation, zoom, threshold, radius, sigma, keep };
}

/**
 * Whitens the image and adds falling flakes, and the same flakes turned upside down.
 *
 * Source: `snow` of imagecorruptions and of hendrycks/robustness.
 */
export const snow = defineCorruption<SnowConstants>({
	name: "snow",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply(image, constants, { variant, draws }) {
		const { radius, sigma, keep } = constants;
		const layer = snowLayer(image, constants, { variant, draws });
		const angle = draws.uniforms(1, -135, -45)[0]!;
		const flakes = motionBlur(layer, { radius, sigma, angle });
		return addSnow(image, flakes, { keep, isCut: variant !== "any-size" });
	},
	source: { module: import.meta.url, name: "snow" },
});
