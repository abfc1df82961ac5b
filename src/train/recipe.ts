import type { Augmentation } from "../augment/augmentation.js";
import type { AugmixOptions } from "../augment/augmix.js";
import type { MixOptions } from "../augment/mix-batch.js";
import type { PrimeOptions, primePresets } from "../augment/prime-options.js";
import type { RandAugmentOptions } from "../augment/rand-augment.js";
import type { RandomErasingOptions } from "../augment/random-erasing.js";
import type { OperationOptions } from "../augment/random-operations.js";
import type { Own } from "../own.js";
import type { Consistency } from "../tasks/consistency.js";
import type { Average } from "./average.js";
import type { LayerDecay } from "./layer-decay.js";
import type { OptimizerRule } from "./optimizer-rule.js";
import type { RecipeLoss } from "./output-loss.js";
import type { Regularizer } from "./regularizer.js";
import type { Schedule, WarmUp } from "./schedule.js";
import type { Watch } from "./watch.js";
import type { WeightRule } from "./weight-rules.js";

/** Stochastic gradient descent as `torch.optim.SGD`. */
export interface Sgd {
	readonly name: "sgd";
	readonly momentum: number;
	readonly nesterov: boolean;
}

/** Adam with decoupled weight decay, as `torch.optim.AdamW`. */
export interface AdamW {
	readonly name: "adamw";
	readonly betas: readonly [number, number];
	readonly epsilon: number;
}

/** How long training lasts: passes over the training set, updates, or seconds of the clock. */
export type Length =
	| { readonly epochs: number }
	| { readonly steps: number }
	| { readonly seconds: number };

/** How often something is done during training: after so many passes over the training set, or updates. */
export type Rhythm = Exclude<Length, { readonly seconds: number }>;

/**
 * Weights that may be left without decay: `norms` are all batch and layer norms, `named-norm` those whose names hold
 * the word, as the key `norm` of mmsegmentation and mmdetection has it: the layer norms of a Swin Transformer, and
 * no `bn`; `one-dimensional` all weights with one axis at most, as timm has it: norms, biases and layer scales.
 */
export type Undecayed =
	| "norms"
	| "named-norm"
	| "biases"
	| "position-tables"
	| "one-dimensional";

/** An augmentation of training images that has a name. */
export type NamedAugment =
	| {
			readonly name: "prime";
			readonly preset: keyof typeof primePresets;
			/** Changes to the preset. */
			readonly options?: Partial<PrimeOptions>;
	  }
	| { readonly name: "augmix"; readonly options?: AugmixOptions }
	| { readonly name: "mixup"; readonly options?: MixOptions }
	| { readonly name: "cutmix"; readonly options?: MixOptions }
	| {
			readonly name: "trivial-augment";
			readonly options?: OperationOptions;
	  }
	| { readonly name: "rand-augment"; readonly options?: RandAugmentOptions }
	| {
			readonly name: "random-erasing";
			readonly options?: RandomErasingOptions;
	  };

/** An augmentation of training images: a named one, or `{ name, options, make, source }` of one's own. */
export type Augment = NamedAugment | Own<Augmentation>;

/**
 * Everything that distinguishes one run of a backbone on a task from another: plain JSON, besides what one makes
 * oneself.
 *
 * Recipes are changed with a spread: `{ ...recipes.cifar10, learningRate: 0.001 }`. A thing of one's own, `{ name,
 * options, make }`, stands where a built-in one does; name, options and the text of `make` are written down, and it is
 * given again when the run goes on.
 */
export interface Recipe {
	readonly optimizer: Sgd | AdamW | Own<OptimizerRule>;
	readonly learningRate: number;
	readonly weightDecay: number;
	readonly noDecay: readonly Undecayed[];
	/** Images of one update. */
	readonly batchSize: number;
	/** In how many parts of equal size a batch is computed, where memory is short. */
	readonly accumulate: number;
	/**
	 * Whether stem and stages of the backbone are computed a second time for their gradients, so that meanwhile only what
	 * goes into each is kept: for batches that do not fit, at the cost of one more forward pass. The layers of the task
	 * keep what they need. Left out, it is not. With a classifier on a ResNet the weights are those without to the last
	 * bit, else but for the rounding of sums.
	 */
	readonly checkpointing?: boolean;
	/** A length in seconds ends by the clock, so that two such runs differ. */
	readonly length: Length;
	readonly schedule: Schedule;
	readonly warmUp: WarmUp | null;
	/** `fixed-feature` trains the task's own layers alone. */
	readonly transfer: "fixed-feature" | "full-network";
	/**
	 * Where the study's text and its released code differ: in PRIME (`primeReadings`), and in
	 * fixed-feature transfer, where the code keeps batch norm and stochastic depth in train mode, trains
	 * the bias tables of a Swin Transformer, and lets a minimum of the schedule train all the rest.
	 */
	readonly reading: "as-described" | "as-released";
	/** As `frozen_stages` of mmdetection: 0 is the stem alone, -1 nothing. */
	readonly frozenStages: number;
	/**
	 * `frozen-statistics` normalizes by the running statistics and trains weight and bias, as `norm_eval`
	 * of mmdetection; `frozen` trains neither.
	 */
	readonly batchNorm: "trained" | "frozen-statistics" | "frozen";
	/** The rate of the last block of a Swin Transformer or a ConvNeXt; 0 is none. */
	readonly stochasticDepth: number;
	/**
	 * What the learning rate is multiplied by for each block further from the head, a minimum of the schedule left as it is;
	 * 1 is none. `{ rate: 0.9, by: "stage" }` says more, and scales the minimum as well.
	 */
	readonly layerDecay: number | LayerDecay;
	/** The largest norm of all gradients together, as `clip_grad_norm_`. */
	readonly gradientClip: number | null;
	/**
	 * One augmentation, or several that are applied in turn: those of single images, where examples are made, before
	 * those of batches.
	 */
	readonly augment: Augment | readonly Augment[] | null;
	/**
	 * The weight of the Jensen-Shannon divergence between an image and two augmented views, 12 in AugMix; or all that is
	 * asked of how views agree.
	 */
	readonly consistency: number | Consistency | null;
	readonly seed: number;
	/** In place of the task's own loss, where that is of the network's output alone; left out, it is the task's. */
	readonly loss?: RecipeLoss;
	/** Added to the loss, for the weights themselves: L2-SP, say. */
	readonly regularizers?: readonly Own<Regularizer>[];
	/** Freezing, rates and weight decay by name, one rule over the other: of each setting the last that matches counts. */
	readonly weights?: readonly WeightRule[];
	/** A moving average of the weights, which the run ends with in their place. */
	readonly average?: Average;
	/** What scores on held-out data during training change: which weights are kept, when training ends, its rate. */
	readonly watch?: Watch;
}

const cifar10: Recipe = Object.freeze({
	optimizer: Object.freeze({ name: "sgd", momentum: 0.9, nesterov: false }),
	learningRate: 0.01,
	weightDecay: 5e-4,
	noDecay: Object.freeze([]),
	batchSize: 64,
	accumulate: 1,
	length: Object.freeze({ epochs: 150 }),
	schedule: Object.freeze({
		name: "step",
		at: Object.freeze([1 / 3, 2 / 3]),
		factor: 0.1,
	}),
	warmUp: null,
	transfer: "full-network",
	reading: "as-described",
	frozenStages: -1,
	batchNorm: "trained",
	stochasticDepth: 0,
	layerDecay: 1,
	gradientClip: null,
	augment: null,
	consistency: null,
	seed: 0,
});

const ade20k: Recipe = Object.freeze({
	...cifar10,
	batchSize: 16,
	length: Object.freeze({ steps: 80_000 }),
	schedule: Object.freeze({
		name: "poly",
		power: 0.9,
		minLearningRate: 1e-4,
	}),
});

const ade20kSwin: Recipe = Object.freeze({
	...ade20k,
	optimizer: Object.freeze({
		name: "adamw",
		betas: Object.freeze([0.9, 0.999] as const),
		epsilon: 1e-8,
	}),
	learningRate: 6e-5,
	weightDecay: 0.01,
	noDecay: Object.freeze(["named-norm", "position-tables"] as const),
	schedule: Object.freeze({ name: "poly", power: 1, minLearningRate: 0 }),
	warmUp: Object.freeze({ steps: 1500, ratio: 1e-6 }),
	stochasticDepth: 0.3,
});

const coco: Recipe = Object.freeze({
	...cifar10,
	learningRate: 0.04,
	weightDecay: 1e-4,
	batchSize: 16,
	length: Object.freeze({ epochs: 24 }),
	schedule: Object.freeze({
		name: "step",
		at: Object.freeze([16 / 24, 22 / 24]),
		factor: 0.1,
	}),
	warmUp: Object.freeze({ steps: 500, ratio: 0.001 }),
	frozenStages: 1,
	batchNorm: "frozen-statistics",
});
const cocoSwin: Recipe = Object.freeze({
	...coco,
	optimizer: ade20kSwin.optimizer,
	learningRate: 1e-4,
	weightDecay: 0.05,
	noDecay: Object.freeze(["norms", "position-tables"] as const),
	frozenStages: -1,
	batchNorm: "trained",
	stochasticDepth: 0.2,
});

/**
 * The learning rates between which the study's Figure 5 varies how far a PRIME backbone is fine-tuned.
 *
 * Their order is that of the figure, from the least fine-tuning on.
 */
export const degreeOfFineTuning = Object.freeze({
	ade20k: Object.freeze([0.0025, 0.005, 0.01] as const),
	coco: Object.freeze([0.01, 0.02, 0.04] as const),
});

/** The learning rates from which the study chose 0.04 for COCO. */
export const cocoLearningRates = Object.freeze([0.01, 0.04, 0.08] as const);

/**
 * The recipes to start from.
 *
 * `cifar10` is the study's: batches of 64, learning rate 0.01, a tenth of it after 50 and after 100 of
 * 150 epochs, images resized to 224 by the task. Salman et al. 2020, whose code it runs, reach 98.3 %
 * with a ResNet-50 (full-network, L2 eps 3, learning rate 0.001). `shapes` is the miniature's.
 *
 * `ade20k` is the study's for a ResNet-50, `ade20kSwin` for Swin-T: 80,000 steps with UPerNet. The study
 * gives 6 and 2 images for each GPU, not how many GPUs; 16 images are those of mmsegmentation, whose
 * learning rates they are. With PRIME's backbone the study reports an mIoU of 40.64 clean and 28.56
 * corrupted; with PRIME in fine-tuning as well (`augment: { name: "prime", preset: "dense" }`), 40.91 and
 * 30.56. `shapesSegmentation` is the miniature's.
 *
 * `coco` is the study's for a ResNet-50, `cocoSwin` for Swin-T: 24 epochs with Mask R-CNN, a tenth of the learning rate
 * after 16 and after 22; stem and first stage frozen, and the statistics of batch norm. The study gives 6 and 2
 * images for each GPU, not how many GPUs; 16 images are those of mmdetection. With PRIME's backbone the study reports
 * a box AP of 36.42 clean and 28.30 corrupted; with PRIME in fine-tuning as well, 31.47 and 24.80.
 * `shapesDetection` is the miniature's.
 */
export const recipes = Object.freeze({
	ade20k,
	ade20kSwin,
	cifar10,
	coco,
	cocoSwin,
	shapes: Object.freeze({
		...cifar10,
		length: Object.freeze({ steps: 200 }),
		schedule: Object.freeze({ name: "cosine", minLearningRate: 0 }),
		warmUp: Object.freeze({ steps: 20, ratio: 0.1 }),
	}) as Recipe,
	shapesDetection: Object.freeze({
		...cocoSwin,
		learningRate: 0.003,
		batchSize: 8,
		length: Object.freeze({ steps: 300 }),
		warmUp: Object.freeze({ steps: 20, ratio: 0.1 }),
		batchNorm: "frozen-statistics",
		stochasticDepth: 0,
		gradientClip: 10,
	}) as Recipe,
	shapesSegmentation: Object.freeze({
		...ade20k,
		learningRate: 0.1,
		batchSize: 8,
		length: Object.freeze({ steps: 400 }),
		warmUp: Object.freeze({ steps: 10, ratio: 0.1 }),
	}) as Recipe,
});
