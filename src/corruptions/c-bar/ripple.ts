import { createImage } from "../../image/image.js";
import { defineCorruption } from "../define-corruption.js";
import { readBetween } from "./bilinear.js";
import { atLevel, type Level } from "./levels.js";

/**
 * Bends rows and columns into waves.
 *
 * Source: `ripple` of CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const ripple = defineCorruption<Level>({
	name: "ripple",
	group: "c-bar",
	constants: [5.5, 6, 6.5, 7.5, 8],
	apply(image, level, { draws }) {
		const { height, width } = image;
		const side = Math.min(height, width);
		const amplitude = atLevel(level, 0.025) * side;
		const lengths = draws.uniforms(2, 0.1, 0.3).map((share) => share * side);
		const phases = draws.uniforms(2, 0, 2 * Math.PI);
		const bent = (size: number, axis: number) =>
			Float64Array.from(
				{ length: size },
				(_, at) =>
					at +
					amplitude *
						Math.sin((2 * Math.PI * at) / lengths[axis]! + phases[axis]!),
			);
		const rows = bent(height, 0);
		const columns = bent(width, 1);
		const data = new Uint8Array(image.data.length);
		const values = new Float64Array(3);
		for (let y = 0, i = 0; y < height; y++)
			for (let x = 0; x < width; x++, i += 3) {
				readBetween(values, image, [rows[y]!, columns[x]!]);
				data.set(values, i);
			}
		return createImage(height, width, data);
	},
	source: { module: import.meta.url, name: "ripple" },
});
