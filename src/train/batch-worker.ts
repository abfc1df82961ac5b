/** The job of a thread that mixes the images of batches, by PRIME, ahead of training. It needs no engine. */

import type { PrimeOptions } from "../augment/prime-options.js";
import { mixPixels, type PrimeWork } from "../augment/prime-pixels.js";
import type { Image } from "../image/image.js";
import type { Job } from "../parallel/pool.js";
import type { Size } from "../tasks/task.js";
import type { MadeImages } from "./batch.js";
import {
	type Color,
	fillPadding,
	imageValues,
	isPadded,
} from "./image-values.js";

/** What a thread is told first. */
export interface MixSettings {
	readonly options: PrimeOptions;
	/** What images are padded with before they are mixed, and again afterwards; undefined where the padding stays mixed. */
	readonly padding: { readonly before: Color; readonly after?: Color };
	/** Whether the images as they were come first. */
	readonly showsClean: boolean;
}

/** The images of a part of a step, what they are padded to, and what was drawn for each view. */
export interface PartWork {
	readonly images: readonly Image[];
	readonly size: Size;
	readonly views: readonly PrimeWork[];
}

/** Mixes the images of a part, one view after the other. */
export function mixPart(
	{ images, size, views }: PartWork,
	{ options, padding: { before, after }, showsClean }: MixSettings,
): MadeImages {
	const clean = imageValues(images, { size, color: before });
	const count = views.length + (showsClean ? 1 : 0);
	const values = new Float32Array(count * clean.length);
	if (showsClean) values.set(clean);
	const length = clean.length / images.length;
	views.forEach((work, view) => {
		const start = (count - views.length + view) * clean.length;
		const mixed = values.subarray(start, start + clean.length);
		const mix = mixPixels(work, options, size);
		for (let i = 0; i < images.length; i++) {
			const [from, to] = [i * length, (i + 1) * length];
			mix(clean.subarray(from, to), mixed.subarray(from, to), i);
		}
		if (after && isPadded(images, size))
			fillPadding(mixed, images, { size, color: after });
	});
	const { height, width } = size;
	return { shape: [count * images.length, height, width, 3], values };
}

export const startJob = (
	settings: MixSettings,
): Job<readonly PartWork[], MadeImages[]> => ({
	run: (parts) => parts.map((part) => mixPart(part, settings)),
	transfer: (made) => made.map(({ values }) => values.buffer as ArrayBuffer),
});
