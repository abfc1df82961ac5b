import { blockValues, changeBlocks } from "../image/blocks.js";
import type { Image } from "../image/image.js";
import { simdKernels } from "../image/simd-kernels.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [0.4, 0.3, 0.2, 0.1, 0.05] as const;

/** Where the levels of an image lie in the memory of the kernels; before them are the tables of the channels. */
const levelsAt = 3 * 256;

/** Every channel drawn towards its mean; the constant is the contrast that is left. */
export const contrast = defineCorruption<number>({
	name: "contrast",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.75, 0.5, 0.4, 0.3, 0.15],
	},
	apply(image, constant) {
		const { kernels, bytes } = simdKernels(levelsAt + blockValues);
		for (const [channel, mean] of channelMeans(image).entries())
			bytes.set(contrastTable(mean, constant), channel * 256);
		return changeBlocks(image, { bytes, at: levelsAt }, (_, count) =>
			kernels.mapChannels(levelsAt, count, 0),
		);
	},
	source: { module: import.meta.url, name: "contrast" },
});

/** The means of red, green and blue, from 0 to 1. */
function channelMeans({ data }: Image): number[] {
	const { kernels, bytes, words } = simdKernels(levelsAt + blockValues);
	const sums = [0, 0, 0];
	for (let from = 0; from < data.length; from += blockValues) {
		const part = data.subarray(from, from + blockValues);
		bytes.set(part, levelsAt);
		kernels.sumChannels(levelsAt, part.length, 0);
		for (let channel = 0; channel < 3; channel++)
			sums[channel]! += words[channel]!;
	}
	return sums.map((sum) => sum / 255 / (data.length / 3));
}

function contrastTable(mean: number, constant: number): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, value) => {
		const moved = (value / 255 - mean) * constant + mean;
		return Math.min(Math.max(moved, 0), 1) * 255;
	});
}
