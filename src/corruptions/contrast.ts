import { createImage } from "../image/image.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [0.4, 0.3, 0.2, 0.1, 0.05] as const;

/** Every channel drawn towards its mean; the constant is the contrast that is left. */
export const contrast = defineCorruption<number>({
	name: "contrast",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.75, 0.5, 0.4, 0.3, 0.15],
	},
	apply({ data, height, width }, constant) {
		const tables = [0, 1, 2].map((channel) =>
			contrastTable(channelMean(data, channel), constant),
		) as [Uint8Array, Uint8Array, Uint8Array];
		const [red, green, blue] = tables;
		const image = createImage(height, width);
		for (let i = 0; i < data.length; i += 3) {
			image.data[i] = red[data[i]!]!;
			image.data[i + 1] = green[data[i + 1]!]!;
			image.data[i + 2] = blue[data[i + 2]!]!;
		}
		return image;
	},
	source: { module: import.meta.url, name: "contrast" },
});

function channelMean(data: Uint8Array, channel: number): number {
	let sum = 0;
	for (let i = channel; i < data.length; i += 3) sum += data[i]!;
	return sum / 255 / (data.length / 3);
}

function contrastTable(mean: number, constant: number): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, value) => {
		const moved = (value / 255 - mean) * constant + mean;
		return Math.min(Math.max(moved, 0), 1) * 255;
	});
}
