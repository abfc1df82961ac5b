import type * as tf from "@tensorflow/tfjs";
import type { BatchTargets, Example } from "../augment/augmentation.js";
import type { Backbone } from "../backbones/backbone.js";
import type { ForwardOptions } from "../backbones/forward.js";
import type { Variant } from "../corruptions/corruption.js";
import type { Image } from "../image/image.js";
import type { Normalization } from "../nn/normalize.js";
import type { ParamSpecs, Params } from "../nn/params.js";
import type { CodeSource } from "../own.js";
import type { Random } from "../random.js";
import type { Consistency } from "./consistency.js";
import type { PerImage } from "./per-image/per-image.js";
import type { Made } from "./task-identity.js";

export type { BatchTargets, Example };

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
	/**
	 * A hash of what it holds, where the name does not say it, as of a folder of one's own: part of the ids of runs
	 * and the keys of rows.
	 */
	readonly contents?: string;
	readonly length: number;
	/** The example at an index from 0 to below `length`; throws a `RangeError` elsewhere. */
	sample(index: number): Sample<Target>;
	/** The id of the example at an index, where that is known without reading it. */
	id?(index: number): string;
	/** Where the image of the example lies below the folder of the images, with `/` between folders. */
	place?(index: number): string;
	/** What to predict of the example, where that is known without reading its image. */
	target?(index: number): Target;
	/**
	 * Which examples may be in one batch of training: those of one number, such as all that are wider than
	 * high; all, by default.
	 */
	group?(index: number): number;
}

/** Adds up predictions. */
export interface Metric<Prediction, Target> {
	/** `confidence`, from 0 to 1, is how sure the prediction is, where the task says it. */
	add(prediction: Prediction, target: Target, confidence?: number): void;
	/** A percentage; throws before anything was added. */
	value(): number;
	/** Further figures by name, in percent: such as `mask AP`, or the IoU of each class. */
	details?(): Readonly<Record<string, number>>;
	/** Whether a single prediction is right, where the score is the share of those that are. */
	hit?(prediction: Prediction, target: Target): boolean;
	/** What the score is made of, image by image in the order in which they were added: so that it has intervals. */
	perImage?(): PerImage;
}

/** Height and width, in pixels. */
export interface Size {
	readonly height: number;
	readonly width: number;
}

/** The sizes of an image: as it was given, and as the network sees it, before padding. */
export interface Shown {
	readonly given: Size;
	readonly seen: Size;
}

/** What comes out of the network for a batch. */
export type NetworkOutput = tf.Tensor | tf.Tensor[];

/** A backbone, and the weights on top of it. */
export interface Network {
	readonly params: Params;
	readonly backbone: Backbone;
}

/**
 * Where test images are corrupted: as they are `given`, at their own size, or as they are `seen` by the network, resized
 * and cropped, as those of ImageNet-C were.
 */
export type CorruptedAt = "given" | "seen";

/** How threads make a task anew: by calling an exported function of a module, which takes `options`. */
export interface TaskSource extends CodeSource {
	/** What a thread can be sent. */
	readonly options: unknown;
}

/**
 * A benchmark: its data, its own layers on top of a backbone, and its score. `defineTask` makes one, `vary` changes it.
 *
 * Images given to `loss` and `forward` are `[batch, height, width, 3]`, RGB, normalized; smaller images
 * of a batch are padded at the bottom and on the right with zeros. Both are pure functions of tensors, to
 * be compiled: they are traced anew for every other shape.
 */
export interface Task<
	Target = unknown,
	Prediction = unknown,
	Output extends NetworkOutput = NetworkOutput,
> {
	readonly name: string;
	/** Whether it is a small stand-in for a real benchmark; texts and plots say so. */
	readonly miniature: boolean;
	readonly classes: readonly string[];
	readonly train: Dataset<Target>;
	readonly test: Dataset<Target>;
	/**
	 * Examples to score a network on while it is trained, neither trained nor tested on: `holdOut` takes them from the
	 * training data.
	 */
	readonly heldOut?: Dataset<Target>;
	/** The size, in pixels, of what the network sees: its sides, or the shorter ones. */
	readonly inputSize: number;
	/** Other settings that a run depends on, as plain JSON; part of its id. */
	readonly settings?: unknown;
	readonly normalization: Normalization;
	/** Which published constants its images are corrupted with. */
	readonly corruptionVariant: Variant;
	/** Where its test images are corrupted, unless `evaluate` is told otherwise; `given` by default. */
	readonly corruptedAt?: CorruptedAt;
	/** Images per forward pass when it is scored; 64 by default. */
	readonly testBatchSize?: number;
	/** What the task's layers see: the pooled features, or the feature maps; `features` by default. */
	readonly uses?: "features" | "pyramid";
	/** What the score is called: `accuracy`. */
	readonly metricName: string;
	metric(): Metric<Prediction, Target>;
	/** The task's own layers, by their names in the state_dict; they replace those of the backbone. */
	headParams(backbone: Backbone): ParamSpecs;
	/** The mean over the batch; the parameters hold the task's own layers, and may hold the backbone's too. */
	loss(
		network: Network,
		batch: { readonly images: tf.Tensor4D; readonly targets: BatchTargets },
		options?: ForwardOptions,
	): tf.Scalar;
	/** The same loss of the network's output, where that is all it depends on. */
	outputLoss?(output: Output, targets: BatchTargets): tf.Scalar;
	/**
	 * The loss of a batch that holds views of each image, one after the other and the clean ones first, and how much what
	 * the network says of them differs, unweighted: for tasks where that is not the divergence of the output. The targets
	 * are those of the clean images; `sizes` are of all.
	 */
	consistency?(
		network: Network,
		batch: {
			readonly images: tf.Tensor4D;
			readonly targets: BatchTargets;
			readonly consistency: Consistency;
		},
		options?: ForwardOptions,
	): { readonly loss: tf.Scalar; readonly divergence: tf.Scalar };
	/** The output of the network, which `predictions` reads. */
	forward(
		network: Network,
		images: tf.Tensor4D,
		options?: ForwardOptions,
	): Output;
	/**
	 * The mean entropy, in nats, of what the network says of its images, positions or regions: what adapting without
	 * labels makes smaller. Tasks whose predictions are no probabilities have none.
	 */
	entropy?(
		output: Output,
		shown: { readonly images: tf.Tensor4D; readonly sizes?: tf.Tensor2D },
	): tf.Scalar;
	/** One prediction for each image of a batch, in the coordinates of the image as it was given. */
	predictions(output: Output, shown: readonly Shown[]): Prediction[];
	/** How sure each prediction of a batch is, from 0 to 1, where that can be said: it is stored beside the scores. */
	confidences?(output: Output): ArrayLike<number> | undefined;
	/** The targets of a batch whose images are padded to a size. */
	batchTargets(targets: readonly Target[], padded: Size): BatchTargets;
	/** The training image as the network sees it: a random crop and flip, say. */
	augment(example: Example<Target>, random: Random): Example<Target>;
	/** The test image as the network sees it. */
	prepare(image: Image): Image;
	/** The size to which the images of a batch are padded; by default the largest height and width. */
	padded?(sizes: readonly Size[]): Size;
	/**
	 * How threads make the task anew, to prepare its examples ahead of training and scoring; without it, they
	 * do not. Targets are then sent between threads: they are numbers, text, typed arrays, and lists and plain
	 * objects of them.
	 */
	readonly source?: TaskSource;
	/**
	 * How another process makes the whole task, where what threads make is only as good for examples: after `adversarial`
	 * and `distillation`. Its options may hold backbones. By default, as threads do.
	 */
	readonly remake?: TaskSource;
	/** How it was made: `defineTask` and `vary` write it. */
	readonly made: Made;
}
