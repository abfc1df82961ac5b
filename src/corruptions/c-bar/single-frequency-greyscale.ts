import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { addGray } from "./paint.js";
import { drawUniform, shuffled } from "./single-draws.js";

/**
 * Adds one gray wave of a random direction and length.
 *
 * Source: `single_frequency_greyscale` of ImageNet-C-bar (Mintun et al. 2021).
 */
export const singleFrequencyGreyscale = defineCorruption<Level>({
	name: "single-frequency-greyscale",
	group: "c-bar",
	constants: [1, 1.5, 2, 4.5, 5],
	apply(image, level, { draws }) {
		const larger = drawUniform(draws, -Math.PI, Math.PI);
		const most = Math.abs(larger);
		const smaller = drawUniform(draws, -most, most);
		const [across, down] = shuffled(draws, [larger, smaller]);
		const phase = drawUniform(draws, 0, 2 * Math.PI);
		const intensity = atLevel(level, 196);
		return addGray(
			image,
			(x, y) => intensity * Math.sin(x * across! + y * down! + phase),
		);
	},
	source: { module: import.meta.url, name: "singleFrequencyGreyscale" },
});
