import * as tf from "@tensorflow/tfjs";
import type { BatchTargets, Example, Task } from "../tasks/task.js";
import { batchAugmenter } from "./batch-augmenter.js";
import { viewsOf } from "./consistent-loss.js";
import { paddedSize, sizesToTensor } from "./image-batch.js";
import type { Recipe } from "./recipe.js";

/** What one forward pass of training sees. */
export interface Batch {
	/** `[images, height, width, 3]` in 0-1, or with consistency `[views · images, ...]`: clean ones first. */
	readonly images: tf.Tensor4D;
	readonly targets: BatchTargets;
	/** Heights and widths before padding, `[images, 2]`, for a task that uses feature maps. */
	readonly sizes?: tf.Tensor2D;
}

/** The images of a batch, of all views, as another thread has made them. */
export interface MadeImages {
	/** `[images, height, width, 3]`. */
	readonly shape: [number, number, number, number];
	readonly values: Float32Array;
}

/** Makes a part of the batch of a step, of all its examples; the caller disposes the tensors. */
export type MakeBatch<Target> = (
	examples: readonly Example<Target>[],
	at: { readonly step: number; readonly part: number },
	/** The images, where they are made already. */
	made?: MadeImages,
) => Batch;

/** Disposes of the tensors of targets that others do not have. */
function disposeReplaced(targets: BatchTargets, others: BatchTargets): void {
	for (const [name, target] of Object.entries(targets))
		if (others[name] !== target) tf.dispose(target as tf.Tensor);
}

/** The examples of one part of a step. */
export function examplesOfPart<Target>(
	examples: readonly Example<Target>[],
	part: number,
	{ batchSize, accumulate }: Pick<Recipe, "batchSize" | "accumulate">,
): readonly Example<Target>[] {
	const length = batchSize / accumulate;
	return examples.slice(part * length, (part + 1) * length);
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
	const { normalization } = task;
	const classes = task.classes.length;
	const augment = batchAugmenter(recipe, { normalization, classes });
	const views = viewsOf(recipe);
	return (all, { step, part }, made) => {
		const examples = examplesOfPart(all, part, recipe);
		const sizes = examples.map(({ image }) => image);
		const size = paddedSize(sizes, task);
		const given = task.batchTargets(
			examples.map(({ target }) => target),
			size,
		);
		const { images, targets } = made
			? { images: tf.tensor4d(made.values, made.shape), targets: given }
			: augment(sizes, given, { step, part, size });
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
