import type { Random } from "../random.js";
import type { Draws } from "./corruption.js";
import { drawPoissons } from "./poisson.js";
import { fillNormals } from "./ziggurat.js";

/**
 * The draws of one corrupted image, taken one after another from `random`; `floats` makes the arrays they are written
 * to, whatever these hold.
 */
export function randomDraws(
	random: Random,
	floats: (count: number) => Float64Array = (count) => new Float64Array(count),
): Draws {
	return {
		uniforms(count, low, high) {
			const values = floats(count);
			const scale = (high - low) / 0x100000000;
			for (let i = 0; i < count; i++) values[i] = low + scale * random.uint32();
			return values;
		},
		normals(count, mean, deviation) {
			const values = floats(count);
			fillNormals(values, random, { mean, deviation });
			return values;
		},
		integers(count, low, high) {
			const values = new Int32Array(count);
			for (let i = 0; i < count; i++) values[i] = random.integer(low, high);
			return values;
		},
		poissons: (levels, rates) => drawPoissons(levels, rates, random),
	};
}
