/** The job of a thread that mixes the images of batches, by PRIME, ahead of training. It needs no engine. */

import { changeImages } from "../augment/pixels.js";
import type { PrimeOptions } from "../augment/prime-options.js";
import { mixPixels } from "../augment/prime-pixels.js";
import { drawPrimeWork } from "../augment/prime-work.js";
import type { Image } from "../image/image.js";
import type { Job } from "../parallel/pool.js";
import type { Size } from "../tasks/task.js";
import type { MadeImages } from "./batch.js";
import { batchRandom } from "./batch-random.js";
import {
	type Color,
	checkFit,
	fillPadding,
	imageValues,
	isPadded,
	writeImageValues,
} from "./image-values.js";

/** What a thread is told first. */
export interface MixSettings {
	readonly options: PrimeOptions;
	/** What images are padded with before they are mixed, and again afterwards; undefined where the padding stays mixed. */
	readonly padding: { readonly before: Color; readonly after?: Color };
	/** Of the recipe. */
	readonly seed: number;
	/** With more than one, the images as they were come first. */
	readonly views: number;
}

/** The images of a part of a step, and what they are padded to. */
export interface PartWork {
	readonly images: readonly Image[];
	readonly size: Size;
	readonly step: number;
	readonly part: number;
}

/** Draws for the images of a part, and mixes them, one view after the other. */
export function mixPart(
	{ images, size, step, part }: PartWork,
	{ options, padding: { before, after }, seed, views }: MixSettings,
): MadeImages {
	checkFit(images, size);
	const { height, width } = size;
	const shape = [images.length, height, width, 3];
	const length = images.length * height * width * 3;
	const values = new Float32Array(views * length);
	const padding = { size, color: before };
	const random = batchRandom({ seed, step, part });
	const firstMixed = views > 1 ? 1 : 0;
	if (firstMixed > 0)
		writeImageValues(values.subarray(0, length), images, padding);
	const imageOf = (index: number): Float32Array | Uint8Array => {
		const image = images[index] as Image;
		return isPadded([image], size) ? imageValues([image], padding) : image.data;
	};
	for (let view = firstMixed; view < views; view++) {
		const mixed = values.subarray(view * length, (view + 1) * length);
		const work = drawPrimeWork(shape, random, options);
		changeImages(mixPixels(work, options, size), size, imageOf, mixed);
		if (after && isPadded(images, size))
			fillPadding(mixed, images, { size, color: after });
	}
	return { shape: [views * images.length, height, width, 3], values };
}

export const startJob = (
	settings: MixSettings,
): Job<readonly PartWork[], MadeImages[]> => ({
	run: (parts) => parts.map((part) => mixPart(part, settings)),
	transfer: (made) => made.map(({ values }) => values.buffer as ArrayBuffer),
});
