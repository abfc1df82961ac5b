import { blurImage } from "../image/gaussian.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [1, 2, 3, 4, 6] as const;

/** A Gaussian of the given standard deviation, in pixels. */
export const gaussianBlur = defineCorruption<number>({
	name: "gaussian-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.4, 0.6, 0.7, 0.8, 1],
	},
	apply: (image, sigma) => blurImage(image, sigma),
	source: { module: import.meta.url, name: "gaussianBlur" },
});
