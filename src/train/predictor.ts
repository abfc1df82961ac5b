import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../backbones/forward.js";
import { compile } from "../engine/compile.js";
import type { Image } from "../image/image.js";
import { normalize } from "../nn/normalize.js";
import type { NetworkOutput, Shown, Size, Task } from "../tasks/task.js";
import { imagesToTensor, paddedSize, sizesToTensor } from "./image-batch.js";
import type { Model } from "./model.js";

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
	/** What to predict of those that are shown, where something is told: an attack. */
	readonly targets?: readonly unknown[];
}

/** A model, ready to predict. */
export interface Predictor<Prediction> {
	/** One prediction for each image that is shown. */
	predict(input: Input): Prediction[];
	/** The same, and how sure each is, where the task says it. */
	predictSurely(input: Input): {
		readonly predictions: Prediction[];
		readonly confidences: ArrayLike<number> | undefined;
	};
	/** Frees what was compiled, not the weights. */
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
): Omit<Input, "targets"> {
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

/** Makes a model predict, in eval mode by default; the variables among `frozen` seldom change. */
export function makePredictor<Target, Prediction>(
	task: Task<Target, Prediction>,
	model: Model,
	frozen: readonly tf.Variable[],
	options: ForwardOptions = {},
): Predictor<Prediction> {
	const forward = compile(
		(images: tf.Tensor4D, sizes?: tf.Tensor2D) =>
			task.forward(model, normalize(images, task.normalization), {
				...options,
				...(sizes && { sizes }),
			}),
		{ frozen },
	);
	const seen = <Read>(
		{ images, sizes }: Input,
		read: (output: NetworkOutput) => Read,
	): Read => {
		const output = tf.tidy(() => forward(images, sizes));
		const what = read(output);
		tf.dispose(output);
		return what;
	};
	return {
		predict: (input) =>
			seen(input, (output) => task.predictions(output, input.shown)),
		predictSurely: (input) =>
			seen(input, (output) => ({
				predictions: task.predictions(output, input.shown),
				confidences: task.confidences?.(output),
			})),
		dispose: () => forward.dispose?.(),
	};
}

/** What a model makes of images, in their own coordinates: one prediction each, of batches of one size. */
export function predictAll<Target, Prediction>(
	task: Task<Target, Prediction>,
	predictor: Predictor<Prediction>,
	images: readonly Image[],
): Prediction[] {
	const batchSize = Math.min(task.testBatchSize ?? 64, images.length);
	const predictions: Prediction[] = [];
	for (let start = 0; start < images.length; start += batchSize) {
		const some = images.slice(start, start + batchSize);
		const prepared = some.map((given) => ({
			image: task.prepare(given),
			given,
		}));
		const { shown, ...tensors } = inputOf(task, prepared, batchSize);
		predictions.push(...predictor.predict({ ...tensors, shown }));
		tf.dispose(Object.values(tensors));
	}
	return predictions;
}
