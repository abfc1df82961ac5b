import * as tf from "@tensorflow/tfjs";
import type {
	BatchAugmentation,
	BatchFacts,
	TrainingBatch,
} from "../augment/augmentation.js";
import type { Image } from "../image/image.js";
import type { Random } from "../random.js";
import type { BatchTargets, Size } from "../tasks/task.js";
import { augmentationsOf } from "./augmentations.js";
import { batchRandom } from "./batch-random.js";
import { viewsOf } from "./consistent-loss.js";
import { imagesToTensor } from "./image-batch.js";
import { fillPadding, isPadded, type Padding } from "./image-values.js";
import type { Recipe } from "./recipe.js";

/** What of a recipe changes the images of batches. */
export type AugmentingRecipe = Pick<
	Recipe,
	"augment" | "reading" | "consistency" | "seed"
>;

/** Which batch it is, and the height and width that its images are padded to. */
export interface BatchPlace {
	readonly step: number;
	readonly part: number;
	readonly size: Size;
}

/** Makes the images of a batch, and the targets that the loss is to see; the caller disposes the tensors. */
export type AugmentBatch = (
	images: readonly Image[],
	targets: BatchTargets,
	at: BatchPlace,
) => TrainingBatch;

/** The color of what lies around images, where the augmentation asks for it. */
export const black = [0, 0, 0] as const;

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

type Augmenting = readonly {
	readonly of: { readonly name: string };
	readonly made: BatchAugmentation;
}[];

function checkImages(name: string, after: tf.Tensor, before: tf.Tensor): void {
	if (
		after instanceof tf.Tensor &&
		tf.util.arraysEqual(after.shape, before.shape)
	)
		return;
	throw new TypeError(
		`the augmentation ${name} must give images [${before.shape.join(", ")}] as it was given, not ${after instanceof tf.Tensor ? `[${after.shape.join(", ")}]` : "none"}`,
	);
}

/** The batch after all augmentations, in turn. */
function augmented(
	batch: TrainingBatch,
	random: Random,
	{
		augmenting,
		facts,
		padding,
	}: { augmenting: Augmenting; facts: BatchFacts; padding: Padding },
): TrainingBatch {
	const isFilled = isPadded(facts.sizes, padding.size);
	return augmenting.reduce((before, { of, made }) => {
		const { images, targets } = made.batch(before, random, facts);
		checkImages(of.name, images, before.images);
		const isAnew = isFilled && made.padding !== "black";
		return {
			images: isAnew ? padAnew(images, facts.sizes, padding) : images,
			targets,
		};
	}, batch);
}

/**
 * Prepares what becomes of images and targets by a recipe's augmentations of batches: a pure function of them, the seed
 * and the place.
 *
 * With consistency the images are those of all views, clean ones first. Smaller images are padded such that the padding
 * is 0 once it is normalized.
 */
export function batchAugmenter(
	recipe: AugmentingRecipe,
	{ normalization, classes }: Pick<BatchFacts, "normalization" | "classes">,
): AugmentBatch {
	const augmenting = augmentationsOf(recipe).batches;
	const isBlack = augmenting[0]?.made.padding === "black";
	const views = viewsOf(recipe);
	return (sizes, given, { step, part, size }) => {
		const random = batchRandom({ seed: recipe.seed, step, part });
		const padding = { size, color: normalization.mean };
		const facts = { sizes, classes, normalization };
		const changed = (): TrainingBatch => {
			const color = isBlack ? black : padding.color;
			const clean = imagesToTensor(sizes, { size, color });
			const view = () =>
				augmented({ images: clean, targets: given }, random, {
					augmenting,
					facts,
					padding,
				});
			if (views === 1) return view();
			const changed = Array.from({ length: views - 1 }, () => view().images);
			return { images: tf.concat([clean, ...changed]), targets: given };
		};
		return tf.tidy(() => changed() as never);
	};
}
