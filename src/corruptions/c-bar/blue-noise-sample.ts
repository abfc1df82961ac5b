import { defineCorruption } from "../define-corruption.js";
import { fourierNoise } from "./fourier-noise.js";
import { atLevel, type Level, levelsOf } from "./levels.js";
import { paint } from "./paint.js";

/**
 * Keeps the pixels at which noise of mostly short waves exceeds a threshold, and blackens the others.
 *
 * Source: `blue_noise_sample` of ImageNet-C-bar and CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const blueNoiseSample = defineCorruption<Level>({
	name: "blue-noise-sample",
	group: "c-bar",
	constants: levelsOf([0.8, 1.6, 2.4, 4, 5.6], [0.7, 1.4, 2.1, 3.5, 4.2]),
	apply(image, level, { draws }) {
		const { height, width } = image;
		const threshold = atLevel(level, 3) - 2.5;
		const amplitude = (distance: number) => distance;
		const noise = fourierNoise({ height, width, amplitude }, draws);
		return paint(image, (value, i) =>
			noise[(i - (i % 3)) / 3]! > threshold ? value : 0,
		);
	},
	source: { module: import.meta.url, name: "blueNoiseSample" },
});
