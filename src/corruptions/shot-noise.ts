import { createImage } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";

/** How many photons make white, and how many each of the 256 grey levels is expected to be. */
interface Exposure {
	readonly photons: number;
	readonly rates: Float64Array;
}

const large = [
	exposure(60),
	exposure(25),
	exposure(12),
	exposure(5),
	exposure(3),
] as const;
const small = [
	exposure(500),
	exposure(250),
	exposure(100),
	exposure(75),
	exposure(50),
] as const;

function exposure(photons: number): Exposure {
	const rates = Float64Array.from(
		{ length: 256 },
		(_, v) => (v / 255) * photons,
	);
	return { photons, rates };
}

/**
 * Counts the photons of every value: `clip(Poisson(x · photons) / photons)`.
 *
 * Source: `shot_noise` of imagecorruptions and of hendrycks/robustness.
 */
export const shotNoise = defineCorruption<Exposure>({
	name: "shot-noise",
	constants: { "any-size": large, "imagenet-c": large, "cifar-10-c": small },
	apply({ data, height, width }, { photons, rates }, { draws }) {
		const counts = draws.poissons(data, rates);
		const values = Uint8Array.from(
			{ length: photons + 1 },
			(_, count) => (count / photons) * 255,
		);
		const noisy = new Uint8Array(data.length);
		for (let i = 0; i < noisy.length; i++) {
			noisy[i] = values[Math.min(counts[i]!, photons)]!;
		}
		return createImage(height, width, noisy);
	},
	source: { module: import.meta.url, name: "shotNoise" },
});
