import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { addGray } from "./paint.js";
import { drawUniform } from "./single-draws.js";

/**
 * Adds rings around a random point, whose edge is a wave.
 *
 * Source: `cocentric_sine_waves` of ImageNet-C-bar (Mintun et al. 2021), whose spelling the name keeps.
 */
export const cocentricSineWaves = defineCorruption<Level>({
	name: "cocentric-sine-waves",
	group: "c-bar",
	constants: [3, 5, 8, 9, 10],
	apply(image, level, { draws }) {
		const { height, width } = image;
		const side = Math.min(height, width);
		const left = drawUniform(draws, 0, width);
		const top = drawUniform(draws, 0, height);
		const waves = drawUniform(draws, 0, 10);
		const amplitude = drawUniform(draws, 0, side / 10);
		const ring = drawUniform(draws, 0, side / 10);
		const intensity = atLevel(level, 128);
		return addGray(image, (x, y) => {
			const dx = x - left;
			const dy = y - top;
			const wave = Math.sin(Math.atan2(dx, dy) * waves) * amplitude;
			const within = (Math.sqrt(dx * dx + dy * dy) + wave) % ring;
			return intensity * ((within < 0 ? within + ring : within) / ring - 0.5);
		});
	},
	source: { module: import.meta.url, name: "cocentricSineWaves" },
});
