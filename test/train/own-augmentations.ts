/** Augmentations of one's own, which threads find here. */
import * as tf from "@tensorflow/tfjs";
import type { Augmentation, Example } from "../../src/augment/augmentation.js";
import { createImage } from "../../src/image/image.js";
import type { Own } from "../../src/own.js";

const module = import.meta.url;

/** How often each was called in this thread. */
export const calls = { images: 0, batches: 0 };

/** Takes up to so much from each value of an image, as drawn for all. */
export const makeDarker = ({ most }: { most: number }): Augmentation => ({
	image({ image, target }: Example<unknown>, random) {
		calls.images++;
		const less = random.integer(0, most + 1);
		const data = image.data.map((value) => Math.max(value - less, 0));
		return { image: createImage(image.height, image.width, data), target };
	},
});

/** An augmentation of images; threads find it. */
export const darker = (most: number): Own<Augmentation, { most: number }> => ({
	name: "darker",
	options: { most },
	make: makeDarker,
	source: { module, name: "makeDarker" },
});

/** Inverts the images of whole batches where a number that is drawn is below a share. */
export const inverting = (
	share: number,
): Own<Augmentation, { share: number }> => ({
	name: "inverting",
	options: { share },
	make: ({ share }) => ({
		batch({ images, targets }, random) {
			calls.batches++;
			const isInverted = random.uniform() < share;
			return { images: isInverted ? tf.sub(1, images) : images, targets };
		},
		keepsTargets: true,
	}),
});
