import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../../check/check-options.js";
import {
	keyed,
	list,
	required,
	text,
	textOr,
	whole,
} from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import {
	imagenetNormalization,
	type Normalization,
	normalizationCheck,
} from "../../nn/normalize.js";
import { classification } from "../classification.js";
import { defineTask } from "../define-task.js";
import {
	type ImageViewOptions,
	imageViewChecks,
	imageViews,
} from "../image-views.js";
import type { Dataset, Task } from "../task.js";
import { topFive, topFiveAccuracy } from "./top-five.js";
import {
	type ImageSubset,
	type ValidationOptions,
	validationImages,
} from "./validation-images.js";
import { wnids } from "./wnids.js";

/** Which validation images, where they are, and what the network sees of them. */
export interface ImagenetOptions
	extends Partial<ValidationOptions>,
		Omit<ImageViewOptions, "training"> {
	/** ImageNet's by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `imagenet-c` by default: its constants are made for 224 pixels. */
	readonly corruptionVariant?: Variant;
}

const subsetChecks: Checks<ImageSubset> = {
	images: required(whole({ from: 1 })),
	seed: whole(),
};

const { training: _, ...viewChecks } = imageViewChecks;

const checks: Checks<ImagenetOptions> = {
	...viewChecks,
	folder: text,
	labels: text,
	ids: textOr(text, list(text, { least: 1 })),
	subset: keyed(subsetChecks),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
};

/** Where ImageNet is looked for, below the folder that the process runs in. */
export const imagenetFolder = join("data", "imagenet");

/** No training images: to train on them is another task. */
function noTraining(folder: string): Dataset<number> {
	const refuse = (): never => {
		throw new Error(
			`imagenet has no training images: it scores backbones with their own heads, by scoreBackbone; to fine-tune on ImageNet, where its training images are there: imageFolder({ folder: ${JSON.stringify(folder)}, name: "imagenet-train", train: "train", test: "val" })`,
		);
	};
	return {
		name: "imagenet/none",
		get length() {
			return refuse();
		},
		sample: refuse,
	};
}

/**
 * ImageNet: the validation images of ILSVRC 2012, on which `scoreBackbone` scores a backbone with its own head; nothing
 * is fine-tuned on it.
 *
 * The images are in the layout of `ImageFolder`, or all in one folder, as they come, with the devkit's ground truth or
 * another file of labels beside them. The classes are the sorted WordNet ids, in the order of the outputs of published
 * networks. Seen is the middle 224 pixels of 256, as torchvision's `Resize` and `CenterCrop` of Pillow images cut it;
 * corrupted is what is seen, as in ImageNet-C. The score is the top-1 accuracy, `top-5 accuracy` is among the details.
 * Throws where there is no folder. Russakovsky et al., 2015.
 */
export function imagenet(
	options: ImagenetOptions = {},
): Task<number, readonly number[], tf.Tensor> {
	checkOptions("imagenet", options, checks);
	const { folder = imagenetFolder, labels, ids, subset } = options;
	const { inputSize = 224, testing, filter = "bilinear" } = options;
	if (ids !== undefined && subset)
		throw new Error(
			"imagenet: ids and subset both choose images: give one of the two",
		);
	const views = {
		...(testing?.resize !== undefined && { resize: testing.resize }),
		...(filter !== "bilinear" && { filter }),
	};
	const view = Object.keys(views).length > 0 ? ` ${JSON.stringify(views)}` : "";
	return defineTask({
		...classification(wnids.length),
		...imageViews({ inputSize, testing, filter }),
		metric: topFiveAccuracy,
		predictions: topFive,
		name: "imagenet",
		miniature: false,
		classes: wnids,
		train: noTraining(folder),
		test: validationImages({ folder, labels, ids, subset }, view),
		inputSize,
		normalization: options.normalization ?? imagenetNormalization,
		corruptionVariant: options.corruptionVariant ?? "imagenet-c",
		corruptedAt: "seen",
		source: { module: import.meta.url, name: imagenet.name, options },
	});
}
