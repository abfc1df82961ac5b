import * as tf from "@tensorflow/tfjs";
import { findArchitecture } from "../backbones/architecture-form.js";
import { compile } from "../engine/compile.js";
import type { Image } from "../image/image.js";
import { normalize } from "../nn/normalize.js";
import { runFiles } from "../runs/run-folder.js";
import { readWeights } from "../runs/weights-file.js";
import type { Shown, Size, Task } from "../tasks/task.js";
import {
	imagesToTensor,
	paddedSize,
	sizesToTensor,
} from "../train/image-batch.js";
import { disposeModel, loadModel } from "../train/model.js";
import type { Run } from "../train/run.js";

/** An image as the network sees it, and the size of what it was made of. */
export interface Prepared {
	readonly image: Image;
	readonly given: Size;
}

/** What one forward pass of scoring sees. */
export interface Input {
	/** `[count, height, width, 3]` in 0-1, padded. */
	readonly images: tf.Tensor4D;
	/** Heights and widths before padding, for a task that uses feature maps. */
	readonly sizes?: tf.Tensor2D;
	/** Of the images that are shown; behind them, there may be padding. */
	readonly shown: readonly Shown[];
}

/** A fine-tuned model, ready to predict. */
export interface Predictor<Prediction> {
	readonly run: Run;
	/** One prediction for each image that is shown. */
	predict(input: Input): Prediction[];
	dispose(): void;
}

const sizeOf = ({ height, width }: Size): Size => ({ height, width });

/**
 * Makes `count` images of those given, such that the last batch has the shape of the others: a compiled
 * function wants one. The caller disposes the tensors.
 */
export function inputOf(
	task: Pick<Task, "padded" | "normalization" | "uses">,
	prepared: readonly Prepared[],
	count: number,
): Input {
	const images = prepared.map(({ image }) => image);
	const size = paddedSize(images, task);
	const color = task.normalization.mean;
	return {
		images: imagesToTensor(images, { size, color }, count),
		...(task.uses === "pyramid" && {
			sizes: sizesToTensor(images, size, count),
		}),
		shown: prepared.map(({ image, given }) => ({
			given: sizeOf(given),
			seen: sizeOf(image),
		})),
	};
}

/** Loads the weights of a finished run; throws where they are missing, damaged or of another task. */
export async function loadPredictor<Target, Prediction>(
	run: Run,
	task: Task<Target, Prediction>,
): Promise<Predictor<Prediction>> {
	const { weights } = runFiles(run.folder);
	const { tensors } = await readWeights(
		weights,
		"remove it to fine-tune the run anew; its results stay",
	);
	const architecture = await findArchitecture(run.record.backbone.architecture);
	const model = loadModel(architecture, task, tensors);
	const { params } = model;
	// Images that are shown one by one vary in size: weights that are part of each graph would fill the memory.
	const frozen = task.testBatchSize === 1 ? [] : Object.values(params);
	const forward = compile(
		(images: tf.Tensor4D, sizes?: tf.Tensor2D) =>
			task.forward(
				model,
				normalize(images, task.normalization),
				sizes && { sizes },
			),
		{ frozen },
	);
	return {
		run,
		predict: ({ images, sizes, shown }) => {
			const output = tf.tidy(() => forward(images, sizes));
			const predictions = task.predictions(output, shown);
			tf.dispose(output);
			return predictions;
		},
		dispose() {
			forward.dispose?.();
			disposeModel(model);
		},
	};
}
