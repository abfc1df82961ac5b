import { createImage } from "../../image/image.js";
import { walkLine } from "../../image/line.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { drawUniform } from "./single-draws.js";

const gray = 128;

/**
 * Draws gray lines across the image, in directions around a random one.
 *
 * Source: `lines` of CIFAR-10-C-bar (Mintun et al. 2021), whose rows and columns change places here as there.
 */
export const lines = defineCorruption<Level>({
	name: "lines",
	group: "c-bar",
	constants: [0.5, 1, 1.5, 2, 2.5],
	apply({ data, height, width }, level, { draws }) {
		const side = Math.min(height, width);
		const direction = drawUniform(draws, 0, 2 * Math.PI);
		const variation = drawUniform(draws, 0.1, 1);
		const count = Math.trunc(atLevel(level, 1) * side);
		const drawn = data.slice();
		for (let i = 0; i < count; i++) {
			const [down, across, turn] = draws.uniforms(3, 0, 1);
			const x = height * down!;
			const y = width * across!;
			const angle = direction + 2 * Math.PI * variation * (turn! - 0.5);
			const s = Math.sin(angle) * Math.max(height, width);
			const c = Math.cos(angle) * Math.max(height, width);
			const from = [Math.trunc(x - c), Math.trunc(y - s)] as const;
			const to = [Math.trunc(x + c), Math.trunc(y + s)] as const;
			// A pixel that a line touches twice has what it makes of it at last.
			const before = drawn.slice();
			walkLine({ from, to }, (row, column, cover) => {
				if (row < 0 || column < 0 || row >= height || column >= width) return;
				const at = (row * width + column) * 3;
				for (let k = at; k < at + 3; k++)
					drawn[k] = (1 - cover) * before[k]! + cover * gray;
			});
		}
		return createImage(height, width, drawn);
	},
	source: { module: import.meta.url, name: "lines" },
});
