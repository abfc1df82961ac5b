import { crop, type Rectangle } from "../image/crop.js";
import type { Image } from "../image/image.js";
import { type ResizeFilter, resize } from "../image/resize.js";
import { roundHalfEven } from "../image/round-half-even.js";
import type { Random } from "../random.js";

/** Which part of an image is taken, and what it is resized to. */
export interface RandomResizedCropOptions {
	/** The sides of the result, in pixels. */
	readonly size: number;
	/** The least and the largest share of the image's area; default 0.08 to 1. */
	readonly scale?: readonly [least: number, largest: number];
	/** The least and the largest width divided by height; default 3/4 to 4/3. */
	readonly ratio?: readonly [least: number, largest: number];
	/** How it is resized; `bilinear` by default. */
	readonly filter?: ResizeFilter;
}

const attempts = 10;

/** The part of an image to take: of random area, shape and position. */
export function randomPart(
	{ height, width }: Pick<Image, "height" | "width">,
	random: Random,
	{ scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: RandomResizedCropOptions,
): Rectangle {
	for (let i = 0; i < attempts; i++) {
		const area = height * width * random.uniform(...scale);
		const shape = Math.exp(
			random.uniform(Math.log(ratio[0]), Math.log(ratio[1])),
		);
		const part = {
			height: roundHalfEven(Math.sqrt(area / shape)),
			width: roundHalfEven(Math.sqrt(area * shape)),
		};
		if (!isWithin(part.height, height) || !isWithin(part.width, width))
			continue;
		const top = random.integer(0, height - part.height + 1);
		const left = random.integer(0, width - part.width + 1);
		return { top, left, ...part };
	}
	return middle({ height, width }, ratio);
}

const isWithin = (part: number, whole: number): boolean =>
	part > 0 && part <= whole;

/** The largest part in the middle that is neither too wide nor too high. */
function middle(
	{ height, width }: Pick<Image, "height" | "width">,
	[least, largest]: readonly [number, number],
): Rectangle {
	const part = { height, width };
	if (width / height < least) part.height = roundHalfEven(width / least);
	else if (width / height > largest)
		part.width = roundHalfEven(height * largest);
	const top = Math.floor((height - part.height) / 2);
	const left = Math.floor((width - part.width) / 2);
	return { top, left, ...part };
}

/**
 * A random part of the image, resized to a square; byte for byte as `torchvision.transforms.RandomResizedCrop`
 * on a Pillow image makes of the same part.
 */
export function randomResizedCrop(
	image: Image,
	random: Random,
	options: RandomResizedCropOptions,
): Image {
	const { size, filter } = options;
	const part = crop(image, randomPart(image, random, options));
	return resize(part, { height: size, width: size, filter });
}
