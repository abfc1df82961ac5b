import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { text, whole } from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import { type Normalization, normalizationCheck } from "../../nn/normalize.js";
import { cifarViews } from "../cifar10/cifar-views.js";
import { type CifarForm, cifarDataset } from "../cifar10/dataset.js";
import { classification } from "../classification.js";
import { defineTask } from "../define-task.js";
import type { Task } from "../task.js";
import { classes } from "./classes.js";

/** Where the images are, and what the network sees of them. */
export interface Cifar100Options {
	/** A folder with the files of the binary or the Python version; `data/cifar100` by default. */
	readonly folder?: string;
	/** 224 by default, as the study has CIFAR-10; 32 shows networks made for CIFAR the image as it is. */
	readonly inputSize?: number;
	/** That of CIFAR-100 by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `any-size` by default; `cifar-10-c` are the constants of CIFAR-10-C and CIFAR-100-C. */
	readonly corruptionVariant?: Variant;
}

/** Mean and standard deviation of the training images of CIFAR-100. */
export const cifar100Normalization: Normalization = Object.freeze({
	mean: [0.5071, 0.4865, 0.4409] as const,
	std: [0.2673, 0.2564, 0.2762] as const,
});

/** Where the script puts CIFAR-100, below the folder that the process runs in. */
export const cifar100Folder = join("data", "cifar100");

const form: CifarForm = {
	name: "cifar100",
	title: "CIFAR-100",
	classes: classes.length,
	// The coarse label comes first.
	labelBytes: 2,
	labelsKey: "fine_labels",
	archived: { binary: "cifar-100-binary", python: "cifar-100-python" },
};

const checks: Checks<Cifar100Options> = {
	folder: text,
	inputSize: whole({ from: 1, to: 4096 }),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
};

/**
 * CIFAR-100: images of 32 pixels in a hundred classes, the fine labels, shown as those of `cifar10` are.
 *
 * The task of `publishedSet("cifar-100-c", { folder })`. The files are read at the first use. Krizhevsky, 2009.
 */
export function cifar100(
	options: Cifar100Options = {},
): Task<number, number, tf.Tensor> {
	checkOptions("cifar100", options, checks);
	const {
		folder = cifar100Folder,
		inputSize = 224,
		normalization = cifar100Normalization,
		corruptionVariant = "any-size",
	} = options;
	const dataset = (split: "train" | "test") =>
		cifarDataset(form, folder, { split, files: [split] });
	return defineTask({
		...classification(classes),
		...cifarViews(inputSize),
		name: "cifar100",
		miniature: false,
		classes,
		train: dataset("train"),
		test: dataset("test"),
		inputSize,
		normalization,
		corruptionVariant,
		source: { module: import.meta.url, name: cifar100.name, options },
	});
}
