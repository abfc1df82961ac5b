import { createImage } from "../../image/image.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level, levelsOf } from "./levels.js";
import { drawUniform } from "./single-draws.js";

const gray = 128;

/** The remainder in [0, 2). */
const modulo2 = (value: number): number => value - 2 * Math.floor(value / 2);

/**
 * Paints over, in gray, some of the black fields of a turned checkerboard.
 *
 * Source: `checkerboard_cutout` of ImageNet-C-bar and CIFAR-10-C-bar (Mintun et al. 2021).
 */
export const checkerboardCutout = defineCorruption<Level>({
	name: "checkerboard-cutout",
	group: "c-bar",
	constants: levelsOf([2, 3, 4, 5, 6], [1, 2, 3, 4, 5]),
	apply({ data, height, width }, level, { draws }) {
		const angle = drawUniform(draws, 0, 2 * Math.PI);
		const drawn = drawUniform(draws, 0.1, 0.25) * Math.min(height, width);
		const scale = Math.max(drawn, 1);
		const fraction = atLevel(level, 1);
		const fields = Math.floor((4 * Math.max(height, width)) / scale);
		const isChosen = draws.uniforms(fields * fields, 0, 1);
		const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
		// Numpy counts what is below zero from the end.
		const place = (field: number) => (field < 0 ? field + fields : field);
		const cut = data.slice();
		for (let y = 0, i = 0; y < height; y++)
			for (let x = 0; x < width; x++, i += 3) {
				const down = (cosine * y + sine * x) / scale;
				const across = (-sine * y + cosine * x) / scale;
				const isWhite =
					Math.trunc(modulo2(down)) !== Math.trunc(modulo2(across));
				const at = place(Math.trunc(down)) * fields + place(Math.trunc(across));
				if (!isWhite && isChosen[at]! < fraction) cut.fill(gray, i, i + 3);
			}
		return createImage(height, width, cut);
	},
	source: { module: import.meta.url, name: "checkerboardCutout" },
});
