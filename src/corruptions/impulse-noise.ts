import { defineCorruption } from "./define-corruption.js";
import { changeByDraws } from "./drawn-values.js";

/** The share of values that are replaced. */
type Amount = number;

const large = [0.03, 0.06, 0.09, 0.17, 0.27] as const;
const small = [0.01, 0.02, 0.03, 0.05, 0.07] as const;

/**
 * Replaces a share of the values, each channel for itself, by black or white at even odds.
 *
 * One uniform number decides both: up to half of `amount` is white, up to `amount` black.
 *
 * Source: `impulse_noise` of imagecorruptions and of hendrycks/robustness, which call
 * `skimage.util.random_noise(mode="s&p")`.
 */
export const impulseNoise = defineCorruption<Amount>({
	name: "impulse-noise",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply: (image, amount, { draws }) =>
		changeByDraws(image, draws, {
			draw: (into, at, count) => into.uniforms(at, count, 0, 1),
			change: (kernels, { levels, drawn, count }) =>
				kernels.addImpulses(levels, drawn, count, amount, amount / 2),
		}),
	source: { module: import.meta.url, name: "impulseNoise" },
});
