import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level, levelsOf } from "./levels.js";
import { paint } from "./paint.js";
import { drawRays, type Star, starAt } from "./star.js";

const count = 5;

/**
 * Lights five white stars at random places.
 *
 * Source: `sparkles` of ImageNet-C-bar and CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const sparkles = defineCorruption<Level>({
	name: "sparkles",
	group: "c-bar",
	constants: levelsOf([1, 2, 3, 5, 6], [0.7, 3.5, 5.6, 6.3, 7]),
	apply(image, level, { draws }) {
		const { data, height, width } = image;
		const radius = atLevel(level, 0.1) * Math.min(height, width);
		const places = draws.uniforms(2 * count, 0, 1);
		const rays = draws.integers(count, 50, 200);
		// Every star is laid over numbers that were rounded to 32 bits; kept for parity.
		const values = Float32Array.from(data);
		const lit = new Float64Array(data.length);
		for (let i = 0; i < count; i++) {
			const star: Star = {
				top: places[2 * i]! * height,
				left: places[2 * i + 1]! * width,
				rays: drawRays(draws, rays[i]!, radius).map((length) =>
					Math.max(1, length),
				),
				falloff: 1,
			};
			for (let y = 0, at = 0; y < height; y++)
				for (let x = 0; x < width; x++) {
					const share = starAt(star, x, y);
					for (let c = 0; c < 3; c++, at++)
						lit[at] = values[at]! + share * (255 - values[at]!);
				}
			values.set(lit);
		}
		return paint(image, (_, at) => lit[at]!);
	},
	source: { module: import.meta.url, name: "sparkles" },
});
