import { createImage } from "../../image/image.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level, levelsOf } from "./levels.js";
import { drawInteger } from "./single-draws.js";
import { drawRays, type Star, starAt } from "./star.js";

/**
 * Leaves of the image what lies within a star, and white around it.
 *
 * Source: `inverse_sparkles` of ImageNet-C-bar and CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const inverseSparkles = defineCorruption<Level>({
	name: "inverse-sparkles",
	group: "c-bar",
	constants: levelsOf([1, 2, 4, 9, 10], [1, 1.5, 2.5, 4.5, 5]),
	apply({ data, height, width }, level, { draws }) {
		const [top, left] = draws.uniforms(2, 0.25, 0.75);
		const rays = drawInteger(draws, 50, 200);
		const radius = 0.25 * Math.min(height, width);
		const star: Star = {
			top: top! * height,
			left: left! * width,
			rays: drawRays(draws, rays, radius),
			falloff: (100 - (100 - atLevel(level, 65))) / 50,
		};
		const shown = new Uint8Array(data.length);
		for (let y = 0, i = 0; y < height; y++)
			for (let x = 0; x < width; x++) {
				const share = starAt(star, x, y);
				for (let c = 0; c < 3; c++, i++)
					shown[i] = Math.max(0, Math.min(255, 255 + share * (data[i]! - 255)));
			}
		return createImage(height, width, shown);
	},
	source: { module: import.meta.url, name: "inverseSparkles" },
});
