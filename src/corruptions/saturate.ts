import { adjustHsv } from "../image/hsv.js";
import { defineCorruption } from "./define-corruption.js";

interface SaturateConstants {
	readonly factor: number;
	readonly offset: number;
}

const imagenet = [
	{ factor: 0.3, offset: 0 },
	{ factor: 0.1, offset: 0 },
	{ factor: 2, offset: 0 },
	{ factor: 5, offset: 0.1 },
	{ factor: 20, offset: 0.2 },
] as const;

/** The saturation of every pixel multiplied and raised; grey pixels, whose hue is 0, turn red where it is raised. */
export const saturate = defineCorruption<SaturateConstants>({
	name: "saturate",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ factor: 0.3, offset: 0 },
			{ factor: 0.1, offset: 0 },
			{ factor: 1.5, offset: 0 },
			{ factor: 2, offset: 0.1 },
			{ factor: 2.5, offset: 0.2 },
		],
	},
	apply: adjustHsv,
	source: { module: import.meta.url, name: "saturate" },
});
