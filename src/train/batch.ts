import * as tf from "@tensorflow/tfjs";
import type { Augmentation } from "../augment/augmentation.js";
import { augmix, augmixChecks } from "../augment/augmix.js";
import { prime } from "../augment/prime.js";
import {
	primeChecks,
	primePresets,
	primeReadings,
} from "../augment/prime-options.js";
import {
	keyed,
	oneOf,
	oneOfKinds,
	orNull,
	partial,
	required,
} from "../check/checks.js";
import type { Image } from "../image/image.js";
import { Random } from "../random.js";
import type { BatchTargets, Example, Size, Task } from "../tasks/task.js";
import {
	fillPadding,
	imagesToTensor,
	isPadded,
	type Padding,
	paddedSize,
	sizesToTensor,
} from "./image-batch.js";
import type { Augment, Recipe } from "./recipe.js";

/** What one forward pass of training sees. */
export interface Batch {
	/** `[images, height, width, 3]` in 0-1, or with consistency `[3 · images, ...]`: clean, first, second view. */
	readonly images: tf.Tensor4D;
	readonly targets: BatchTargets;
	/** Heights and widths before padding, `[images, 2]`, for a task that uses feature maps. */
	readonly sizes?: tf.Tensor2D;
}

/** Makes a part of the batch of a step, of all its examples; the caller disposes the tensors. */
export type MakeBatch<Target> = (
	examples: readonly Example<Target>[],
	at: { readonly step: number; readonly part: number },
) => Batch;

/** The check of the augmentation of a recipe. */
export const augmentCheck = orNull(
	oneOfKinds<Augment, "name">("name", {
		prime: {
			preset: required(oneOf(Object.keys(primePresets))),
			options: keyed(partial(primeChecks)),
		},
		augmix: { options: keyed(augmixChecks) },
	}),
);

const black = [0, 0, 0] as const;

function augmentationOf({ augment, reading }: Recipe): Augmentation | null {
	if (augment === null) return null;
	if (augment.name === "augmix") return augmix(augment.options);
	return prime({
		...primePresets[augment.preset],
		...primeReadings[reading],
		...augment.options,
	});
}

/** Changes each image by itself, whatever padding it gets: AugMix asks what colors an image has. */
function eachAlone(
	images: readonly Image[],
	augmentation: (image: tf.Tensor4D) => tf.Tensor4D,
	padding: Padding,
): tf.Tensor4D {
	const { height, width } = padding.size;
	const changed = images.map((image) => {
		const alone = imagesToTensor([image], { ...padding, size: image });
		return tf.pad(augmentation(alone), [
			[0, 0],
			[0, height - image.height],
			[0, width - image.width],
			[0, 0],
		]);
	});
	return tf.concat(changed);
}

/** The same images, their padding filled anew. */
function padAnew(
	images: tf.Tensor4D,
	sizes: readonly Size[],
	padding: Padding,
): tf.Tensor4D {
	const values = images.dataSync<"float32">().slice();
	fillPadding(values, sizes, padding);
	return tf.tensor4d(values, images.shape);
}

/** The images that the network sees: changed by the augmentation, or with two changed views behind them. */
function view(
	images: readonly Image[],
	random: Random,
	{
		augmentation,
		recipe: { augment, reading, consistency },
		padding,
	}: { augmentation: Augmentation | null; recipe: Recipe; padding: Padding },
): tf.Tensor4D {
	// The study's code pads first, with black, and lets PRIME change the padding too.
	const padsFirst = augment?.name === "prime" && reading === "as-released";
	const color = padsFirst ? black : padding.color;
	const clean = imagesToTensor(images, { ...padding, color });
	if (!augmentation) return clean;
	const augmented = (given: tf.Tensor4D) => augmentation(given, random);
	const changed = (): tf.Tensor4D => {
		if (padsFirst || !isPadded(images, padding.size)) return augmented(clean);
		const whole =
			augment?.name === "augmix"
				? eachAlone(images, augmented, padding)
				: augmented(clean);
		return padAnew(whole, images, padding);
	};
	if (consistency === null) return changed();
	return tf.concat([clean, changed(), changed()]);
}

/**
 * Prepares the batches of a run: a pure function of the examples, the seed, the step and the part.
 *
 * Smaller images are padded such that the padding is 0 once it is normalized.
 */
export function batchMaker<Target>(
	task: Task<Target, unknown>,
	recipe: Recipe,
): MakeBatch<Target> {
	const augmentation = augmentationOf(recipe);
	const color = task.normalization.mean;
	const length = recipe.batchSize / recipe.accumulate;
	return (all, { step, part }) => {
		const random = new Random("augmentation", recipe.seed, step, part);
		const examples = all.slice(part * length, (part + 1) * length);
		const images = examples.map(({ image }) => image);
		const size = paddedSize(images, task);
		const padding = { size, color };
		return {
			images: tf.tidy(() =>
				view(images, random, { augmentation, recipe, padding }),
			),
			targets: task.batchTargets(
				examples.map(({ target }) => target),
				size,
			),
			...(task.uses === "pyramid" && {
				sizes: sizesToTensor(
					recipe.consistency === null
						? images
						: [images, images, images].flat(),
					size,
				),
			}),
		};
	};
}
