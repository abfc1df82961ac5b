import { checkOptions } from "../check/check-options.js";
import type { BatchAugmentation } from "./augmentation.js";
import { drawBeta } from "./draw-beta.js";
import { type MixOptions, mixBatch, mixChecks, mixLists } from "./mix-batch.js";

/**
 * mixup: each image is `share · x + (1 - share) · x'` with the image before it in the batch, and so are the labels.
 *
 * For classification, of images of one size; the loss sees the share of each class, `[batch, classes]`. One share is
 * drawn for the whole batch. It throws for other targets, and for one image alone. Zhang et al., "mixup: beyond empirical
 * risk minimization", 2018; `RandomMixup` of torchvision's references/classification/transforms.py.
 */
export function mixup(options: MixOptions = {}): BatchAugmentation {
	checkOptions("mixup", options, mixChecks);
	const { alpha = 1 } = options;
	return mixBatch("mixup", options, ({ from, to, height, width }, random) => {
		const share = drawBeta(random, alpha);
		mixLists({ from, to }, share, height * width * 3);
		return share;
	});
}
