import { defineCorruption } from "./define-corruption.js";
import { changeByDraws } from "./drawn-values.js";

/** The standard deviation, where the image ranges from 0 to 1. */
type Deviation = number;

const large = [0.08, 0.12, 0.18, 0.26, 0.38] as const;
const small = [0.04, 0.06, 0.08, 0.09, 0.1] as const;

/**
 * Adds normal noise to every value: `clip(x + N(0, deviation))`.
 *
 * Source: `gaussian_noise` of imagecorruptions and of hendrycks/robustness.
 */
export const gaussianNoise = defineCorruption<Deviation>({
	name: "gaussian-noise",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply: (image, deviation, { draws }) =>
		changeByDraws(image, draws, {
			draw: (into, at, count) => into.normals(at, count, 0, deviation),
			change: (kernels, { levels, drawn, count }) =>
				kernels.addNoise(levels, drawn, count),
		}),
	source: { module: import.meta.url, name: "gaussianNoise" },
});
