import * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { list, number, oneOf, textOr } from "../check/checks.js";
import type { Rectangle } from "../image/crop.js";
import type { Image } from "../image/image.js";
import type { Random } from "../random.js";
import {
	type BatchAugmentation,
	type BatchFacts,
	ofImages,
} from "./augmentation.js";
import { placed, randomSides } from "./random-resized-crop.js";

/** How often, how much and with what images are erased. */
export interface RandomErasingOptions {
	/** How often an image is erased; 0.5 by default. */
	readonly probability?: number;
	/** The least and the largest share of the image's area; 0.02 to 0.33 by default. */
	readonly scale?: readonly [least: number, largest: number];
	/** The least and the largest height divided by width; 0.3 to 3.3 by default. */
	readonly ratio?: readonly [least: number, largest: number];
	/**
	 * What stands there afterwards, as the network sees it, normalized: one number, one for each of red, green and
	 * blue, or `random`, normal for each value; 0 by default.
	 */
	readonly value?: number | readonly [number, number, number] | "random";
}

const one = number();
const three = list(one, { length: 3 });

/** Checks of random erasing's options. */
export const randomErasingChecks: Checks<RandomErasingOptions> = {
	probability: number({ from: 0, to: 1 }),
	scale: list(number({ from: 0, to: 1 }), { length: 2 }),
	ratio: list(number({ above: 0 }), { length: 2 }),
	value: textOr(oneOf(["random"]), {
		expected: `${one.expected}, or ${three.expected}`,
		problems: (value, name, expected) =>
			(Array.isArray(value) ? three : one).problems(value, name, expected),
	}),
};

const attempts = 10;

/** The part of an image to erase; none where ten draws did not fit. */
function erasedPart(
	size: Pick<Image, "height" | "width">,
	random: Random,
	{ scale = [0.02, 0.33], ratio = [0.3, 3.3] }: RandomErasingOptions,
): Rectangle | undefined {
	for (let i = 0; i < attempts; i++) {
		const [height, width] = randomSides(size, random, { scale, ratio });
		if (height < size.height && width < size.width)
			return placed({ height, width }, size, random);
	}
	return undefined;
}

/** Erases a part of an image whose rows are so many values long. */
function erase(
	values: Float32Array,
	{ top, left, height, width }: Rectangle,
	{ row, fill }: { row: number; fill: (channel: number) => number },
): void {
	for (let y = top; y < top + height; y++)
		for (let i = 0; i < width * 3; i++)
			values[y * row + left * 3 + i] = fill(i % 3);
}

/**
 * Random erasing: fills a random rectangle of each image, which may hide what is to be predicted.
 *
 * The parts are those of `torchvision.transforms.RandomErasing` with the same draws, on normalized images. Targets stay as
 * they are. Zhong et al., "Random erasing data augmentation", 2020.
 */
export function randomErasing(
	options: RandomErasingOptions = {},
): BatchAugmentation {
	checkOptions("randomErasing", options, randomErasingChecks);
	const { probability = 0.5, value = 0 } = options;
	const drawn = (random: Random, { normalization }: BatchFacts) => {
		const { mean, std } = normalization;
		return (channel: number): number => {
			const seen =
				value === "random"
					? random.normal()
					: typeof value === "number"
						? value
						: (value[channel] as number);
			return seen * (std[channel] as number) + (mean[channel] as number);
		};
	};
	return ofImages((images, random, facts) => {
		const values = images.dataSync<"float32">().slice();
		const row = images.shape[2] * 3;
		const length = images.shape[1] * row;
		const fill = drawn(random, facts);
		facts.sizes.forEach((size, n) => {
			if (random.uniform() >= probability) return;
			const part = erasedPart(size, random, options);
			const image = values.subarray(n * length, (n + 1) * length);
			if (part) erase(image, part, { row, fill });
		});
		return tf.tensor4d(values, images.shape);
	});
}
