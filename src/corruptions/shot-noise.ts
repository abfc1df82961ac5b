import { blockValues, changeBlocks } from "../image/blocks.js";
import { simdKernels } from "../image/simd-kernels.js";
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

// Where the counts of photons lie in the memory of the kernels, the levels that they make, and those of the image.
const valuesAt = 2 * blockValues;
const levelsAt = valuesAt + 2 ** 10;

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
	apply(image, { photons, rates }, { draws }) {
		const values = Uint8Array.from(
			{ length: photons + 1 },
			(_, count) => (count / photons) * 255,
		);
		const { kernels, bytes } = simdKernels(levelsAt + blockValues);
		bytes.set(values, valuesAt);
		return changeBlocks(image, { bytes, at: levelsAt }, (from, count) => {
			const part = image.data.subarray(from, from + count);
			const counts = draws.poissons(part, rates);
			const { buffer, byteOffset, byteLength } = counts;
			bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
			kernels.lookUpCounts(levelsAt, 0, count, valuesAt, photons);
		});
	},
	source: { module: import.meta.url, name: "shotNoise" },
});
