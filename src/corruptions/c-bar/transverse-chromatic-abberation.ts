import { type SplineTaps, splineTaps } from "../../image/cubic-spline.js";
import { createImage, type Image } from "../../image/image.js";
import { roundHalfEven } from "../../image/round-half-even.js";
import { defineCorruption } from "../define-corruption.js";
import { atLevel, type Level } from "./levels.js";
import { shuffled } from "./single-draws.js";

/** The taps of the middle of an axis that is magnified. */
function magnified(size: number, scale: number): SplineTaps {
	const large = roundHalfEven(size * scale);
	const step = large > 1 ? (size - 1) / (large - 1) : 1;
	const edge = Math.floor((large - size) / 2);
	return splineTaps(
		Array.from({ length: size }, (_, i) => (edge + i) * step),
		size,
	);
}

/** Writes one channel, magnified, from the pixels as if they were the spline's coefficients, which blurs them. */
function magnifyChannel(
	to: Uint8Array,
	{ data, height, width }: Image,
	{ channel, scale }: { channel: number; scale: number },
): void {
	const rows = magnified(height, scale);
	const columns = magnified(width, scale);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			let sum = 0;
			for (let j = 4 * y; j < 4 * y + 4; j++) {
				const row = rows.indices[j]! * width;
				const weight = rows.weights[j]!;
				for (let k = 4 * x; k < 4 * x + 4; k++) {
					const value = data[(row + columns.indices[k]!) * 3 + channel]!;
					sum += value * weight * columns.weights[k]!;
				}
			}
			const isOutside = rows.outside[y]! + columns.outside[x]! > 0;
			to[(y * width + x) * 3 + channel] = isOutside
				? 0
				: Math.min(255, sum + 0.5);
		}
}

/**
 * Magnifies the channels differently, the two that are magnified most by half as much and as much as the level says.
 *
 * Source: `transverse_chromatic_abberation` of CIFAR-10-C-bar (Mintun et al. 2021), whose spelling the name keeps;
 * `scipy.ndimage.zoom` without its filter, in its order of operations.
 */
export const transverseChromaticAbberation = defineCorruption<Level>({
	name: "transverse-chromatic-abberation",
	group: "c-bar",
	constants: [1, 2, 5, 9, 10],
	apply(image, level, { draws }) {
		const more = atLevel(level, 0.5);
		const scales = shuffled(draws, [1, 1 + more / 2, 1 + more]);
		const result = createImage(image.height, image.width);
		scales.forEach((scale, channel) => {
			magnifyChannel(result.data, image, { channel, scale });
		});
		return result;
	},
	source: { module: import.meta.url, name: "transverseChromaticAbberation" },
});
