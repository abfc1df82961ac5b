import { motionBlurBytes } from "../image/motion-blur.js";
import { defineCorruption } from "./define-corruption.js";

interface MotionBlurConstants {
	/** Half the length of the line, in pixels. */
	readonly radius: number;
	/** The standard deviation, in pixels, of the weights along the line. */
	readonly sigma: number;
}

const imagenet = [
	{ radius: 10, sigma: 3 },
	{ radius: 15, sigma: 5 },
	{ radius: 15, sigma: 8 },
	{ radius: 15, sigma: 12 },
	{ radius: 20, sigma: 15 },
] as const;

/** A blur along a line within 45 degrees of the rows. */
export const motionBlur = defineCorruption<MotionBlurConstants>({
	name: "motion-blur",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [
			{ radius: 6, sigma: 1 },
			{ radius: 6, sigma: 1.5 },
			{ radius: 6, sigma: 2 },
			{ radius: 8, sigma: 2 },
			{ radius: 9, sigma: 2.5 },
		],
	},
	apply(image, constants, { draws, variant }) {
		const angle = draws.uniforms(1, -45, 45)[0]!;
		// ImageMagick, which made the two original sets, rounds to 16 bits and then drops the lower half.
		const parts = variant === "any-size" ? undefined : 257;
		return motionBlurBytes(image, { ...constants, angle }, parts);
	},
	source: { module: import.meta.url, name: "motionBlur" },
});
