import { createImage } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";

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
	apply({ data, height, width }, deviation, { draws }) {
		const noise = draws.normals(data.length, 0, deviation);
		const noisy = new Uint8Array(data.length);
		for (let i = 0; i < data.length; i++) {
			const value = data[i]! / 255;
			noisy[i] = Math.max(0, Math.min(1, value + value * noise[i]!)) * 255;
		}
		return createImage(height, width, noisy);
	},
	source: { module: import.meta.url, name: "speckleNoise" },
});
