import { resize } from "../image/resize.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [0.6, 0.5, 0.4, 0.3, 0.25] as const;

/** Shrunk to the given share of its sides by block means and enlarged again. */
export const pixelate = defineCorruption<number>({
	name: "pixelate",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.95, 0.9, 0.85, 0.75, 0.65],
	},
	minimumSide: (share) => Math.ceil(1 / share),
	apply(image, share, { variant }) {
		const { height, width } = image;
		const small = resize(image, {
			height: Math.floor(height * share),
			width: Math.floor(width * share),
			filter: "box",
		});
		const filter = variant === "any-size" ? "nearest" : "box";
		return resize(small, { height, width, filter });
	},
	source: { module: import.meta.url, name: "pixelate" },
});
