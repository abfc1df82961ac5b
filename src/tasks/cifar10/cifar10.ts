import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { text, whole } from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import { type Normalization, normalizationCheck } from "../../nn/normalize.js";
import { classification } from "../classification.js";
import { defineTask } from "../define-task.js";
import type { Task } from "../task.js";
import { cifarViews } from "./cifar-views.js";
import { cifar10Dataset, cifar10Folder } from "./dataset.js";

/** Where the images are, and what the network sees of them. */
export interface Cifar10Options {
	/** A folder with the files of the binary or the Python version; `data/cifar10` by default. */
	readonly folder?: string;
	/** 224, as in the study, by default; 32 shows networks made for CIFAR the image as it is. */
	readonly inputSize?: number;
	/** How many of the five files of 10,000 training images to use, from the first; 5 by default. */
	readonly trainFiles?: number;
	/** That of CIFAR-10 by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `any-size`, the study's, by default; `cifar-10-c` are the constants of CIFAR-10-C. */
	readonly corruptionVariant?: Variant;
}

/** Mean and standard deviation of CIFAR-10, as the `robustness` library has them. */
export const cifar10Normalization: Normalization = Object.freeze({
	mean: [0.4914, 0.4822, 0.4465] as const,
	std: [0.2023, 0.1994, 0.201] as const,
});

const trainingFiles = 5;
/** The ten classes, in the order of their labels. */
const classes = [
	"airplane",
	"automobile",
	"bird",
	"cat",
	"deer",
	"dog",
	"frog",
	"horse",
	"ship",
	"truck",
] as const;

const checks: Checks<Cifar10Options> = {
	folder: text,
	inputSize: whole({ from: 1, to: 4096 }),
	trainFiles: whole({ from: 1, to: trainingFiles }),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
};

/**
 * CIFAR-10, as the study transfers to it: images of 32 pixels, enlarged.
 *
 * Trained on random parts of 8 to 100 % of the image, resized to `inputSize`, and their mirror images;
 * tested on the middle 224 of 256 pixels, in proportion. At 32 pixels: trained on shifts by up to 4 pixels
 * and mirror images, tested on the image itself. The files are read at the first use. Krizhevsky, 2009;
 * microsoft/robust-models-transfer, `src/utils/transfer_datasets.py` and `constants.py`.
 */
export function cifar10(
	options: Cifar10Options = {},
): Task<number, number, tf.Tensor> {
	checkOptions("cifar10", options, checks);
	const {
		folder = cifar10Folder,
		inputSize = 224,
		trainFiles = trainingFiles,
		normalization = cifar10Normalization,
		corruptionVariant = "any-size",
	} = options;
	const files = Array.from(
		{ length: trainFiles },
		(_, i) => `data_batch_${i + 1}`,
	);
	return defineTask({
		...classification(classes),
		...cifarViews(inputSize),
		name: "cifar10",
		miniature: false,
		classes,
		train: cifar10Dataset(folder, "train", files),
		test: cifar10Dataset(folder, "test", ["test_batch"]),
		inputSize,
		normalization,
		corruptionVariant,
		source: { module: import.meta.url, name: cifar10.name, options },
	});
}
