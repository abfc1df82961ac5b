import { createImage } from "../../image/image.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { drawInteger, drawUniform } from "./single-draws.js";

/** How one round of folding bends the plane. */
interface Fold {
	readonly frequency: number;
	readonly shift: number;
	readonly divisor: number;
}

function foldsOf(count: number, time: number, sharpness: number): Fold[] {
	const folds: Fold[] = [];
	let [frequency, slowness, divisor] = [1, 1, 1];
	for (let i = 0; i < count; i++) {
		folds.push({ frequency, shift: time / slowness, divisor });
		frequency *= 1.93;
		slowness *= 1.15;
		divisor *= 2.25 - sharpness;
	}
	return folds;
}

/**
 * Mixes the image with colored waves on a plane that is folded again and again.
 *
 * Source: `plasma_noise` of ImageNet-C-bar (Mintun et al. 2021).
 */
export const plasmaNoise = defineCorruption<Level>({
	name: "plasma-noise",
	group: "c-bar",
	constants: [4.75, 7, 8.5, 9.25, 10],
	apply({ data, height, width }, level, { draws }) {
		const time = drawUniform(draws, 0, 6 * Math.PI);
		const count = drawInteger(draws, 4, 7);
		const folds = foldsOf(count, time, drawUniform(draws, 0.5, 1));
		const scale = drawUniform(draws, 0.075, 0.2) * Math.min(height, width);
		const intensity = atLevel(level, 64);
		const kept = 1 - intensity / 255;
		const mixed = new Uint8Array(data.length);
		const mix = (i: number, wave: number) => {
			const value = kept * data[i]! + intensity * wave;
			mixed[i] = Math.max(0, Math.min(255, value));
		};
		for (let row = 0, i = 0; row < height; row++)
			for (let column = 0; column < width; column++, i += 3) {
				let x = column / scale;
				let y = row / scale;
				for (const { frequency, shift, divisor } of folds) {
					const a = Math.cos(y * frequency + shift) / divisor;
					const b = Math.sin(x * frequency + shift) / divisor;
					x += a + -b * 0.3;
					y += b + a * 0.3;
				}
				mix(i, Math.sin(x - time));
				mix(i + 1, Math.sin((x + y + Math.sin(time)) * 0.5));
				mix(i + 2, Math.sin(y + time));
			}
		return createImage(height, width, mixed);
	},
	source: { module: import.meta.url, name: "plasmaNoise" },
});
