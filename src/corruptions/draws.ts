import { scratchFloats, scratchInts } from "../image/scratch.js";
import type { Random } from "../random.js";
import type { Draws } from "./corruption.js";
import { drawPoissons } from "./poisson.js";
import { fillNormals } from "./ziggurat.js";

/** The draws of one corrupted image, taken one after another from `random`, and written to arrays of `scratch.ts`. */
export function randomDraws(random: Random): Draws {
	return {
		uniforms(count, low, high) {
			const values = scratchFloats(count);
			const scale = (high - low) / 0x100000000;
			for (let i = 0; i < count; i++) values[i] = low + scale * random.uint32();
			return values;
		},
		normals(count, mean, deviation) {
			const values = scratchFloats(count);
			fillNormals(values, random, { mean, deviation });
			return values;
		},
		integers(count, low, high) {
			const values = scratchInts(count);
			random.fillIntegers(values, low, high);
			return values;
		},
		poissons: (levels, rates) => drawPoissons(levels, rates, random),
	};
}
