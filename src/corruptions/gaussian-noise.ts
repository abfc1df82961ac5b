import { createImage } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";

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
	apply({ data, height, width }, deviation, { draws }) {
		const noise = draws.normals(data.length, 0, deviation);
		const noisy = new Uint8Array(data.length);
		for (let i = 0; i < data.length; i++) {
			const value = data[i]! / 255 + noise[i]!;
			noisy[i] = Math.max(0, Math.min(1, value)) * 255;
		}
		return createImage(height, width, noisy);
	},
	source: { module: import.meta.url, name: "gaussianNoise" },
});
