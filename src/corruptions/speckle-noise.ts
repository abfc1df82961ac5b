import { defineCorruption } from "./define-corruption.js";
import { changeByDraws } from "./drawn-values.js";

/** The standard deviation of the noise relative to the value it is added to. */
type Deviation = number;

const large = [0.15, 0.2, 0.35, 0.45, 0.6] as const;
const small = [0.06, 0.1, 0.12, 0.16, 0.2] as const;

/**
 * Adds to every value normal noise in proportion to it: `clip(x + x · N(0, deviation))`.
 *
 * Source: `speckle_noise` of imagecorruptions and of hendrycks/robustness.
 */
export const speckleNoise = defineCorruption<Deviation>({
	name: "speckle-noise",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply: (image, deviation, { draws }) =>
		changeByDraws(image, draws, {
			draw: (into, at, count) => into.normals(at, count, 0, deviation),
			change: (kernels, { levels, drawn, count }) =>
				kernels.addSpeckles(levels, drawn, count),
		}),
	source: { module: import.meta.url, name: "speckleNoise" },
});
