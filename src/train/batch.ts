import * as tf from "@tensorflow/tfjs";
import type {
	BatchAugmentation,
	BatchFacts,
	TrainingBatch,
} from "../augment/augmentation.js";
import { Random } from "../random.js";
import type { BatchTargets, Example, Size, Task } from "../tasks/task.js";
import { augmentationsOf } from "./augmentations.js";
import { viewsOf } from "./consistent-loss.js";
import {
	fillPadding,
	imagesToTensor,
	isPadded,
	type Padding,
	paddedSize,
	sizesToTensor,
} from "./image-batch.js";
import type { Recipe } from "./recipe.js";

/** What one forward pass of training sees. */
export interface Batch {
	/** `[images, height, width, 3]` in 0-1, or with consistency `[views · images, ...]`: clean ones first. */
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

const black = [0, 0, 0] as const;

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

/** Disposes of the tensors of targets that others do not have. */
function disposeReplaced(targets: BatchTargets, others: BatchTargets): void {
	for (const [name, target] of Object.entries(targets))
		if (others[name] !== target) tf.dispose(target as tf.Tensor);
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
	const augmenting = augmentationsOf(recipe).batches;
	const isBlack = augmenting[0]?.made.padding === "black";
	const { normalization } = task;
	const views = viewsOf(recipe);
	const length = recipe.batchSize / recipe.accumulate;
	return (all, { step, part }) => {
		const random = new Random("augmentation", recipe.seed, step, part);
		const examples = all.slice(part * length, (part + 1) * length);
		const sizes = examples.map(({ image }) => image);
		const size = paddedSize(sizes, task);
		const padding = { size, color: normalization.mean };
		const facts = { sizes, classes: task.classes.length, normalization };
		const given = task.batchTargets(
			examples.map(({ target }) => target),
			size,
		);
		const changed = (): TrainingBatch => {
			const clean = imagesToTensor(sizes, {
				size,
				color: isBlack ? black : padding.color,
			});
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
		const { images, targets }: TrainingBatch = tf.tidy(
			() => changed() as never,
		);
		disposeReplaced(given, targets);
		return {
			images,
			targets,
			...(task.uses === "pyramid" && {
				sizes: sizesToTensor(
					Array.from({ length: views }, () => sizes).flat(),
					size,
				),
			}),
		};
	};
}
