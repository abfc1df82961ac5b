import { type Checks, checkOptions } from "../check/check-options.js";
import { whole } from "../check/checks.js";
import type { ImageAugmentation } from "./augmentation.js";
import type { Ranges } from "./image-operations.js";
import {
	type OperationOptions,
	operationChecks,
	randomOperations,
} from "./random-operations.js";

/** How many operations RandAugment applies, and how strongly. */
export interface RandAugmentOptions extends OperationOptions {
	/** Operations per image; 2 by default. */
	readonly count?: number;
	/** Which of the magnitudes all have, from 0 to below `bins`; 9 by default. */
	readonly magnitude?: number;
}

/** Checks of RandAugment's options. */
export const randAugmentChecks: Checks<RandAugmentOptions> = {
	...operationChecks,
	count: whole({ from: 1 }),
	magnitude: whole({ from: 0 }),
};

const ranges: Ranges = {
	shear: 0.3,
	translate: (side) => (150 / 331) * side,
	rotate: 30,
	enhance: 0.9,
	posterize: 4,
};

/**
 * RandAugment: some random operations of one magnitude on each image.
 *
 * The image is changed byte for byte as `torchvision.transforms.RandAugment` changes a Pillow image with the same draws.
 * Cubuk et al., "RandAugment: practical automated data augmentation with a reduced search space", 2020.
 */
export function randAugment(
	options: RandAugmentOptions = {},
): ImageAugmentation {
	checkOptions("randAugment", options, randAugmentChecks);
	const { count = 2, magnitude = 9, bins = 31 } = options;
	if (magnitude >= bins)
		throw new RangeError(
			`randAugment: magnitude must be below bins, ${bins}, not ${magnitude}`,
		);
	return randomOperations("rand-augment", options, {
		count,
		bin: magnitude,
		ranges,
	});
}
