import type { FloatImage, Image } from "../image/image.js";
import { createImage } from "../image/image.js";
import { motionBlur as blur } from "../image/motion-blur.js";
import { scratchFloats } from "../image/scratch.js";
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
	apply({ data, height, width }, constants, { draws, variant }) {
		const angle = draws.uniforms(1, -45, 45)[0]!;
		const floats = scratchFloats(data.length);
		floats.set(data);
		const levels = { data: floats, height, width, channels: 3 };
		const blurred = blur(levels, { ...constants, angle });
		return variant === "any-size" ? cutDown(blurred) : fromQuanta(blurred);
	},
	source: { module: import.meta.url, name: "motionBlur" },
});

function cutDown({ data, height, width }: FloatImage): Image {
	const image = createImage(height, width);
	for (let i = 0; i < data.length; i++) image.data[i] = Math.min(data[i]!, 255);
	return image;
}

/** ImageMagick, which made the two original sets, rounds to 16 bits and then drops the lower half. */
function fromQuanta({ data, height, width }: FloatImage): Image {
	const image = createImage(height, width);
	for (let i = 0; i < data.length; i++) {
		image.data[i] = Math.floor(data[i]! * 257 + 0.5) / 257;
	}
	return image;
}
