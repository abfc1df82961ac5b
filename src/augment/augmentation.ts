import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { HostValue } from "../engine/host-value.js";
import type { Image } from "../image/image.js";
import type { Random } from "../random.js";
import type { PrimeOptions } from "./prime-options.js";

/** An image to train on, and what to predict of it. */
export interface Example<Target> {
	readonly image: Image;
	readonly target: Target;
}

/** The targets of a batch, by what they are: `{ labels }` for classification. */
export type BatchTargets = Readonly<
	Record<string, Tensor | readonly Tensor[] | HostValue<unknown>>
>;

/** Images and targets that are trained on together. */
export interface TrainingBatch {
	/** `[batch, height, width, 3]` in 0-1, before normalization. */
	readonly images: Tensor4D;
	readonly targets: BatchTargets;
}

/** What else is known of a batch. */
export interface BatchFacts {
	/** Of each image, before it was padded at the bottom and on the right. */
	readonly sizes: readonly Pick<Image, "height" | "width">[];
	/** How many classes the task has. */
	readonly classes: number;
	/** What the network's input is made with: `(x - mean) / std`. */
	readonly normalization: {
		readonly mean: readonly [number, number, number];
		readonly std: readonly [number, number, number];
	};
}

/**
 * A change of single training images, after the task's own crop and flip.
 *
 * It runs where examples are made: in threads, where the task and the augmentation have a `source`. It draws from
 * `random` alone, so that an example is the same wherever it is made, and leaves the given image as it is.
 */
export interface ImageAugmentation {
	image(example: Example<unknown>, random: Random): Example<unknown>;
}

/**
 * A change of whole batches, in the main thread, before normalization; only PRIME's pixels are mixed in others.
 *
 * It returns images of the same shape, and the targets that the loss is to see. Tensors that it makes are disposed of.
 */
export interface BatchAugmentation {
	batch(given: TrainingBatch, random: Random, facts: BatchFacts): TrainingBatch;
	/** Whether targets stay as they are: only then does it make the views that consistency compares. */
	readonly keepsTargets?: boolean;
	/**
	 * `black` where images are to be padded with black and the padding changes with them; by default the padding is 0
	 * once it is normalized, before and after.
	 */
	readonly padding?: "black";
	/** Of PRIME, which other threads can draw and mix: what it is made of. */
	readonly prime?: PrimeOptions;
}

/** What a recipe's augmentation makes: a change of single images, or of batches. */
export type Augmentation = ImageAugmentation | BatchAugmentation;

/**
 * A change of the images of a batch, drawn anew at every call.
 *
 * Images are `[batch, height, width, 3]` in 0-1, before normalization; so is the result, a new tensor.
 */
export type ChangeImages = (images: Tensor4D, random: Random) => Tensor4D;

/** The augmentation of batches that changes their images, whatever the targets. */
export const ofImages = (
	change: (images: Tensor4D, random: Random, facts: BatchFacts) => Tensor4D,
): BatchAugmentation => ({
	batch: ({ images, targets }, random, facts) => ({
		images: change(images, random, facts),
		targets,
	}),
	keepsTargets: true,
});
