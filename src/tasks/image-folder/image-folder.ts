import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../../check/check-options.js";
import {
	keyed,
	list,
	number,
	required,
	text,
	whole,
} from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import {
	imagenetNormalization,
	type Normalization,
	normalizationCheck,
} from "../../nn/normalize.js";
import {
	type ClassificationMetric,
	classification,
	metricCheck,
} from "../classification.js";
import { defineTask } from "../define-task.js";
import {
	type ImageViewOptions,
	imageViewChecks,
	imageViews,
} from "../image-views.js";
import type { Dataset, Task } from "../task.js";
import { classesOf, classPictures, labeledPictures } from "./class-pictures.js";
import { foldersIn } from "./picture-tree.js";
import { type PictureSplit, splitPictures } from "./split-pictures.js";

/** Where the images are, and what the network sees of them. */
export interface ImageFolderOptions extends ImageViewOptions {
	/** The folder with a folder of training and one of test images; with `split`, one with a folder for each class. */
	readonly folder: string;
	/** What runs and tables call it; the name of the folder by default. */
	readonly name?: string;
	/** Where, below the folder, the training images are, or all with `split`; `train`, or the folder itself, by default. */
	readonly train?: string;
	/** Where, below the folder, the test images are; `val` by default. */
	readonly test?: string;
	/** Takes test images from the training images instead: a share of each class. */
	readonly split?: PictureSplit;
	/** The classes to use, in the order of their indices; all, as Python sorts them, by default. */
	readonly classes?: readonly string[];
	/** ImageNet's by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `any-size`, the study's, by default. */
	readonly corruptionVariant?: Variant;
	/** What the score is: `accuracy` by default, or the mean over the classes, `mean per class`. */
	readonly metric?: ClassificationMetric;
}

const splitChecks: Checks<PictureSplit> = {
	share: required(number({ above: 0, below: 1 })),
	seed: whole({ from: 0 }),
};

const checks: Checks<ImageFolderOptions> = {
	...imageViewChecks,
	folder: required(text),
	name: text,
	train: text,
	test: text,
	split: keyed(splitChecks),
	classes: list(text, { least: 1 }),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
	metric: metricCheck,
};

/** What the data are, once it is known where. */
interface Parts {
	readonly classes: readonly string[];
	readonly train: Dataset<number>;
	readonly test: Dataset<number>;
}

const partNames = ["train", "val", "valid", "validation", "test"];

/** The images of one folder, parted. */
function splitFolder(
	{ folder, train = "", classes: wanted }: ImageFolderOptions,
	{ name, split, view }: { name: string; split: PictureSplit; view: string },
): Parts {
	const root = join(folder, train);
	const classes = classesOf([root], wanted);
	if (classes.every((one) => partNames.includes(one)))
		throw new Error(
			`the folders in ${root} are ${classes.join(", ")}, which are parts of a data set, not classes: leave out \`split\`, or name the one to split with \`train\``,
		);
	let parted: ReturnType<typeof splitPictures> | undefined;
	const part = (which: "train" | "test", view: string): Dataset<number> =>
		classPictures({
			name: `${name}/${which}${view}`,
			ids: name,
			folder: root,
			list() {
				parted ??= splitPictures(labeledPictures(root, classes), split);
				return parted[which];
			},
		});
	return { classes, train: part("train", ""), test: part("test", view) };
}

/** The images of two folders. */
function twoFolders(
	{
		folder,
		train = "train",
		test = "val",
		classes: wanted,
	}: ImageFolderOptions,
	{ name, view }: { name: string; view: string },
): Parts {
	const found = foldersIn(folder);
	const lacking = [train, test].find((part) => !existsSync(join(folder, part)));
	if (lacking !== undefined)
		throw new Error(
			`${folder} has no folder "${lacking}": it has ${found.join(", ") || "none"}; name those of training and test images with \`train\` and \`test\`, or say with \`split\` which share of the images to test on`,
		);
	const classes = classesOf([join(folder, train), join(folder, test)], wanted);
	const part = (which: string, view: string): Dataset<number> =>
		classPictures({
			name: `${name}/${which}${view}`,
			ids: `${name}/${which}`,
			folder: join(folder, which),
			list: () => labeledPictures(join(folder, which), classes),
		});
	return { classes, train: part(train, ""), test: part(test, view) };
}

/**
 * Classification of any folder of images, one folder for each class, as `torchvision.datasets.ImageFolder` reads it:
 * `<folder>/train/<class>/**` and `<folder>/val/<class>/**`, or `<folder>/<class>/**` with `split`.
 *
 * The folders of the classes are listed at once, the images when something is asked of them. Images have the pixels
 * of torchvision's loader, `Image.open(file).convert("RGB")`: gray and CMYK become RGB, and Exif orientation is not
 * applied, since the published backbones were trained without. Files whose names end like an image's count, whatever
 * they hold: one that cannot be decoded stops training with an error that names it, and is left out of scores
 * and counted in their rows. Hidden files and folders do not count. Trained on random parts and mirror images, tested
 * on the middle, as in Salman et al.
 *
 * Throws where a folder is missing, training and test images are not of the same classes, or a class has no
 * image.
 */
export function imageFolder(
	options: ImageFolderOptions,
): Task<number, number, tf.Tensor> {
	checkOptions("imageFolder", options, checks);
	const { folder, name = basename(resolve(folder)), split } = options;
	const { inputSize = 224, training, testing, filter = "bilinear" } = options;
	if (split && options.test !== undefined)
		throw new Error(
			"imageFolder: test names a folder of test images, and split takes them from the training images: give one of the two",
		);
	const view =
		testing?.resize === undefined ? "" : ` ${JSON.stringify(testing)}`;
	const { classes, train, test } = split
		? splitFolder(options, { name, split, view })
		: twoFolders(options, { name, view });
	return defineTask({
		...classification(classes, options.metric),
		...imageViews({ inputSize, training, testing, filter }),
		name,
		miniature: false,
		classes,
		train,
		test,
		inputSize,
		settings: { classes, filter, ...(training && { training }) },
		normalization: options.normalization ?? imagenetNormalization,
		corruptionVariant: options.corruptionVariant ?? "any-size",
		source: { module: import.meta.url, name: imageFolder.name, options },
	});
}
