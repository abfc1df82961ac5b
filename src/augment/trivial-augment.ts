import { checkOptions } from "../check/check-options.js";
import type { ImageAugmentation } from "./augmentation.js";
import type { Ranges } from "./image-operations.js";
import {
	type OperationOptions,
	operationChecks,
	randomOperations,
} from "./random-operations.js";

const wide: Ranges = {
	shear: 0.99,
	translate: () => 32,
	rotate: 135,
	enhance: 0.99,
	posterize: 6,
};

/**
 * TrivialAugment, in its wide form: one random operation of random magnitude on each image.
 *
 * The image is changed byte for byte as `torchvision.transforms.TrivialAugmentWide` changes a Pillow image with the same
 * draws. Müller and Hutter, "TrivialAugment: tuning-free yet state-of-the-art data augmentation", 2021.
 */
export function trivialAugment(
	options: OperationOptions = {},
): ImageAugmentation {
	checkOptions("trivialAugment", options, operationChecks);
	return randomOperations("trivial-augment", options, {
		count: 1,
		ranges: wide,
	});
}
