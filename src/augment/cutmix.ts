import { checkOptions } from "../check/check-options.js";
import type { Rectangle } from "../image/crop.js";
import type { Image } from "../image/image.js";
import type { BatchAugmentation } from "./augmentation.js";
import { drawBeta } from "./draw-beta.js";
import {
	type Mixed,
	type MixOptions,
	mixBatch,
	mixChecks,
} from "./mix-batch.js";

/** What CutMix draws for a batch: which share stays, and the pixel in the middle of what does not. */
export interface CutmixDraw {
	readonly share: number;
	readonly x: number;
	readonly y: number;
}

/** The part that another image fills; at the border it is cut off. */
function cutmixPart(
	{ height, width }: Pick<Image, "height" | "width">,
	{ share, x, y }: CutmixDraw,
): Rectangle {
	const side = 0.5 * Math.sqrt(1 - share);
	const [halfWidth, halfHeight] = [
		Math.trunc(side * width),
		Math.trunc(side * height),
	];
	const [left, top] = [Math.max(x - halfWidth, 0), Math.max(y - halfHeight, 0)];
	return {
		left,
		top,
		width: Math.min(x + halfWidth, width) - left,
		height: Math.min(y + halfHeight, height) - top,
	};
}

/** Fills the part that was drawn of each image with that of the image before it; how much is left of its own. */
export function cutBatch(
	{ from, to, height, width }: Mixed,
	draw: CutmixDraw,
): number {
	const part = cutmixPart({ height, width }, draw);
	const image = height * width * 3;
	const [start, length] = [part.left * 3, part.width * 3];
	for (let at = 0; at < to.length; at += image) {
		const before = at === 0 ? to.length - image : at - image;
		for (let y = part.top; y < part.top + part.height; y++) {
			const offset = y * width * 3 + start;
			const row = from.subarray(before + offset, before + offset + length);
			to.set(row, at + offset);
		}
	}
	return 1 - (part.width * part.height) / (width * height);
}

/**
 * CutMix: a rectangle of each image is that of the image before it in the batch, and labels have shares by area.
 *
 * For classification, of images of one size; the loss sees the share of each class, `[batch, classes]`. One rectangle is
 * drawn for the whole batch. It throws for other targets, and for one image alone. Yun et al., "CutMix", 2019;
 * `RandomCutmix` of torchvision's references/classification/transforms.py.
 */
export function cutmix(options: MixOptions = {}): BatchAugmentation {
	checkOptions("cutmix", options, mixChecks);
	const { alpha = 1 } = options;
	return mixBatch("cutmix", options, (images, random) => {
		const { height, width } = images;
		const share = drawBeta(random, alpha);
		const x = random.integer(0, width);
		const y = random.integer(0, height);
		return cutBatch(images, { share, x, y });
	});
}
