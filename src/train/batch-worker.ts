/** The job of a thread that augments the images of batches ahead of training. */

import type { BatchFacts } from "../augment/augmentation.js";
import { useEngine } from "../engine/engine.js";
import type { Image } from "../image/image.js";
import type { Job } from "../parallel/pool.js";
import type { Size } from "../tasks/task.js";
import type { MadeImages } from "./batch.js";
import { type AugmentingRecipe, batchAugmenter } from "./batch-augmenter.js";

/** What a thread is told first. */
export interface BatchSettings {
	readonly recipe: AugmentingRecipe;
	readonly facts: Pick<BatchFacts, "normalization" | "classes">;
}

/** The images of a step, part by part, and what those of a part are padded to. */
export interface StepImages {
	readonly step: number;
	readonly parts: readonly {
		readonly images: readonly Image[];
		readonly size: Size;
	}[];
}

export async function startJob({
	recipe,
	facts,
}: BatchSettings): Promise<Job<StepImages, MadeImages[]>> {
	// With one thread it computes what it does with many, and the others are for training.
	await useEngine("onnxruntime", { threads: 1 });
	const augment = batchAugmenter(recipe, facts);
	return {
		run: ({ step, parts }) =>
			parts.map(({ images: given, size }, part) => {
				const { images } = augment(given, {}, { step, part, size });
				const { shape } = images;
				// A copy, which can be moved: what the engine gives may be a part of its memory.
				const values = images.dataSync<"float32">().slice();
				images.dispose();
				return { shape, values };
			}),
		transfer: (made) => made.map(({ values }) => values.buffer as ArrayBuffer),
	};
}
