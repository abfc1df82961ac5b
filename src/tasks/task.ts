import type * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../backbones/backbone.js";
import type { ForwardOptions } from "../backbones/forward.js";
import type { Variant } from "../corruptions/corruption.js";
import type { Image } from "../image/image.js";
import type { Normalization } from "../nn/normalize.js";
import type { ParamSpecs, Params } from "../nn/params.js";
import type { Random } from "../random.js";

/** One example: an id that is the same on every machine, the picture, and what to predict. */
export interface Sample<Target> {
	readonly id: string;
	readonly image: Image;
	readonly target: Target;
}

/** Examples by index; reading one is synchronous, and cheap enough to do anew each time. */
export interface Dataset<Target> {
	/** What is in it, and how it was made: `cifar10/test`, `shapes/train`. */
	readonly name: string;
	readonly length: number;
	/** The example at an index from 0 to below `length`; throws a `RangeError` elsewhere. */
	sample(index: number): Sample<Target>;
}

/** Adds up predictions. */
export interface Metric<Prediction, Target> {
	add(prediction: Prediction, target: Target): void;
	/** A percentage; throws before anything was added. */
	value(): number;
	/** Whether a single prediction is right, where the score is the share of those that are. */
	hit?(prediction: Prediction, target: Target): boolean;
}

/** The targets of a batch as tensors, by what they are: `{ labels }` for classification. */
export type BatchTargets = Readonly<
	Record<string, tf.Tensor | readonly tf.Tensor[]>
>;

/**
 * A benchmark: its data, its own layers on top of a backbone, and its score.
 *
 * Images given to `loss` and `forward` are `[batch, inputSize, inputSize, 3]`, RGB, normalized. Both are
 * pure functions of tensors, to be compiled.
 */
export interface Task<Target = unknown, Prediction = unknown> {
	readonly name: string;
	/** Whether it is a small stand-in for a real benchmark; texts and plots say so. */
	readonly miniature: boolean;
	readonly classes: readonly string[];
	readonly train: Dataset<Target>;
	readonly test: Dataset<Target>;
	/** The sides, in pixels, of what the network sees. */
	readonly inputSize: number;
	readonly normalization: Normalization;
	/** Which published constants its images are corrupted with. */
	readonly corruptionVariant: Variant;
	/** What the score is called: `accuracy`. */
	readonly metricName: string;
	metric(): Metric<Prediction, Target>;
	/** The task's own layers, by their names in the state_dict; they replace those of the backbone. */
	headParams(backbone: Backbone): ParamSpecs;
	/** The mean over the batch; `params` hold the task's own layers, and may hold the backbone's too. */
	loss(
		params: Params,
		backbone: Backbone,
		images: tf.Tensor4D,
		targets: BatchTargets,
		options?: ForwardOptions,
	): tf.Scalar;
	/** The same loss of the network's output, where that is all it depends on. */
	outputLoss?(output: tf.Tensor, targets: BatchTargets): tf.Scalar;
	/** The output of the network, which `predictions` reads. */
	forward(
		params: Params,
		backbone: Backbone,
		images: tf.Tensor4D,
		options?: ForwardOptions,
	): tf.Tensor;
	/** One prediction for each image of a batch. */
	predictions(output: tf.Tensor): Prediction[];
	batchTargets(targets: readonly Target[]): BatchTargets;
	/** The training image as the network sees it: a random crop and flip, `inputSize` on each side. */
	augment(image: Image, random: Random): Image;
	/** The test image as the network sees it, `inputSize` on each side. */
	prepare(image: Image): Image;
}
