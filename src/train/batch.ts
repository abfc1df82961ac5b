import * as tf from "@tensorflow/tfjs";
import type { Augmentation } from "../augment/augmentation.js";
import { augmix } from "../augment/augmix.js";
import { prime } from "../augment/prime.js";
import { primePresets, primeReadings } from "../augment/prime-options.js";
import type { Image } from "../image/image.js";
import { Random } from "../random.js";
import type { BatchTargets, Task } from "../tasks/task.js";
import { dataOrder } from "./data-order.js";
import type { Recipe } from "./recipe.js";
import { remembered } from "./remembered.js";

/** What one forward pass of training sees. */
export interface Batch {
	/** `[images, size, size, 3]` in 0-1, or with consistency `[3 · images, ...]`: clean, first, second view. */
	readonly images: tf.Tensor4D;
	readonly targets: BatchTargets;
}

const levels = Float32Array.from({ length: 256 }, (_, level) => level / 255);

/** Images of one size as a tensor `[images, height, width, 3]` in 0-1, as torchvision's `ToTensor`. */
export function imagesToTensor(images: readonly Image[]): tf.Tensor4D {
	const { height, width } = images[0] as Image;
	const size = height * width * 3;
	const values = new Float32Array(images.length * size);
	images.forEach((image, n) => {
		if (image.height !== height || image.width !== width) {
			throw new Error(
				`the images of a batch need one size, not ${height} x ${width} and ${image.height} x ${image.width}`,
			);
		}
		const offset = n * size;
		for (let i = 0; i < size; i++)
			values[offset + i] = levels[image.data[i] as number] as number;
	});
	return tf.tensor4d(values, [images.length, height, width, 3]);
}

function augmentationOf({ augment, reading }: Recipe): Augmentation | null {
	if (augment === null) return null;
	if (augment.name === "augmix") return augmix(augment.options);
	return prime({
		...primePresets[augment.preset],
		...primeReadings[reading],
		...augment.options,
	});
}

/** The images that the network sees: changed by the augmentation, or with two changed views behind them. */
function view(
	images: tf.Tensor4D,
	random: Random,
	{
		augmentation,
		recipe,
	}: { augmentation: Augmentation | null; recipe: Recipe },
): tf.Tensor4D {
	if (!augmentation) return images;
	if (recipe.consistency === null) return augmentation(images, random);
	const first = augmentation(images, random);
	return tf.concat([images, first, augmentation(images, random)]);
}

/**
 * Prepares the batches of a run: a pure function of the seed, the step and the part of the batch.
 *
 * Nothing else is remembered from step to step, so that a run can go on anywhere. The caller disposes
 * the tensors.
 */
export function batchSource<Target>(
	task: Task<Target, unknown>,
	recipe: Recipe,
): (step: number, part?: number) => Batch {
	const { seed, batchSize, accumulate } = recipe;
	const indexAt = dataOrder(task.train.length, seed);
	const augmentation = augmentationOf(recipe);
	const size = batchSize / accumulate;
	return (step, part = 0) => {
		const start = step * batchSize + part * size;
		const samples = Array.from({ length: size }, (_, i) => {
			const random = new Random("augment", seed, start + i);
			return task.augment(remembered(task.train, indexAt(start + i)), random);
		});
		const random = new Random("augmentation", seed, step, part);
		const padded = samples[0]?.image as Image;
		return {
			images: tf.tidy(() =>
				view(imagesToTensor(samples.map(({ image }) => image)), random, {
					augmentation,
					recipe,
				}),
			),
			targets: task.batchTargets(
				samples.map(({ target }) => target),
				padded,
			),
		};
	};
}
