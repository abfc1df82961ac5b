import { adjustHsv } from "../image/hsv.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [0.1, 0.2, 0.3, 0.4, 0.5] as const;

/** The constant added to the value of every pixel, hue and saturation kept. */
export const brightness = defineCorruption<number>({
	name: "brightness",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.05, 0.1, 0.15, 0.2, 0.3],
	},
	apply: (image, gain) => adjustHsv(image, { gain }),
	source: { module: import.meta.url, name: "brightness" },
});
