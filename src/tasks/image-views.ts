import { randomFlip } from "../augment/random-flip.js";
import {
	type RandomResizedCropOptions,
	randomResizedCrop,
} from "../augment/random-resized-crop.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import { flag, keyed, list, number, whole } from "../check/checks.js";
import { centerCrop } from "../image/crop.js";
import { filterCheck, type ResizeFilter } from "../image/resize.js";
import { resizeShorter } from "../image/resize-shorter.js";
import type { Task } from "./task.js";

/** Which random part of a training image is seen, as by `torchvision.transforms.RandomResizedCrop`. */
export interface TrainingCrop
	extends Pick<RandomResizedCropOptions, "scale" | "ratio"> {
	/** Whether half of the images are seen in a mirror, as by `RandomHorizontalFlip`; true by default. */
	readonly flip?: boolean;
}

/** Which part of a test image is seen. */
export interface TestCrop {
	/** What its shorter side is resized to before the middle is cut out; 256 for an input size of 224, in proportion, by default. */
	readonly resize?: number;
}

/** What a classifier sees of images of any size. */
export interface ImageViewOptions {
	/** The sides of what is seen, in pixels; 224 by default. */
	readonly inputSize?: number;
	readonly training?: TrainingCrop;
	readonly testing?: TestCrop;
	/** How images are resized; `bilinear`, torchvision's default, by default. */
	readonly filter?: ResizeFilter;
}

const most = 4096;
const range = (check: Parameters<typeof list>[0]) => list(check, { length: 2 });
const trainingChecks: Checks<TrainingCrop> = {
	scale: range(number({ above: 0, to: 1 })),
	ratio: range(number({ above: 0 })),
	flip: flag,
};
const testChecks: Checks<TestCrop> = { resize: whole({ from: 1, to: most }) };

/** Checks of what a classifier sees. */
export const imageViewChecks: Checks<ImageViewOptions> = {
	inputSize: whole({ from: 1, to: most }),
	training: keyed(trainingChecks),
	testing: keyed(testChecks),
	filter: filterCheck,
};

/**
 * Random parts and mirror images to train on, the middle to test on, as torchvision's reference transforms cut them:
 * `RandomResizedCrop` and `RandomHorizontalFlip`, `Resize` and `CenterCrop`.
 *
 * Throws a `RangeError` where the least scale or ratio is above the largest.
 */
export function imageViews(
	options: ImageViewOptions = {},
): Pick<Task<number, number>, "augment" | "prepare"> {
	checkOptions("imageViews", options, imageViewChecks);
	const { inputSize = 224, training = {}, testing = {}, filter } = options;
	const { flip = true, ...part } = training;
	for (const [what, [least, largest]] of Object.entries(part))
		if (least > largest)
			throw new RangeError(
				`training.${what} must go from the least to the largest, not from ${least} to ${largest}`,
			);
	const { resize = Math.round((inputSize * 256) / 224) } = testing;
	const crop = { ...part, size: inputSize, filter };
	return {
		augment({ image, target }, random) {
			const cropped = randomResizedCrop(image, random, crop);
			return { image: flip ? randomFlip(cropped, random) : cropped, target };
		},
		prepare: (image) =>
			centerCrop(resizeShorter(image, resize, { filter }), {
				height: inputSize,
				width: inputSize,
			}),
	};
}
