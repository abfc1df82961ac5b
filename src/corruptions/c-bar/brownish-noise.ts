import { defineCorruption } from "../define-corruption.js";
import { fourierNoise } from "./fourier-noise.js";
import { atLevel, type Level, levelsOf } from "./levels.js";
import { paint } from "./paint.js";

/**
 * Adds colored noise of mostly long waves, whose amplitude falls with the square of the frequency.
 *
 * Source: `brownish_noise` of ImageNet-C-bar and CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const brownishNoise = defineCorruption<Level>({
	name: "brownish-noise",
	group: "c-bar",
	constants: levelsOf([1, 2, 3, 4, 5], [2.5, 4, 5.5, 6.5, 7]),
	apply(image, level, { draws }) {
		const { height, width } = image;
		const intensity = atLevel(level, 64);
		const amplitude = (distance: number) => 1 / (distance * distance + 1);
		const noises = [0, 1, 2].map(() =>
			fourierNoise({ height, width, amplitude }, draws),
		);
		return paint(
			image,
			(value, i) => value + intensity * noises[i % 3]![(i - (i % 3)) / 3]!,
		);
	},
	source: { module: import.meta.url, name: "brownishNoise" },
});
