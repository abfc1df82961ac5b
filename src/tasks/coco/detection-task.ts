import type * as tf from "@tensorflow/tfjs";
import type { Checks } from "../../check/check-options.js";
import { keyed, partial } from "../../check/checks.js";
import { type Variant, variantCheck } from "../../corruptions/corruption.js";
import { rescaledSize } from "../../image/rescaled-size.js";
import { resizeLinear } from "../../image/resize-linear.js";
import {
	imagenetNormalization,
	type Normalization,
	normalizationCheck,
} from "../../nn/normalize.js";
import { defineTask } from "../define-task.js";
import type { Dataset, Task, TaskSource } from "../task.js";
import {
	augmentScene,
	cocoViews,
	type DetectionViews,
	detectionCanvas,
	viewChecks,
} from "./data/detection-views.js";
import type { Detections, Instances } from "./instances.js";
import { maskRcnn } from "./mask-rcnn/mask-rcnn.js";
import { type MaskRcnnOptions, networkChecks } from "./mask-rcnn/settings.js";
import { averagePrecision } from "./score/average-precision.js";

/** What may be chosen about any task of detection. */
export interface DetectorOptions {
	/** The sizes of Mask R-CNN; those of mmdetection by default. */
	readonly network?: Omit<MaskRcnnOptions, "classes">;
	/** What the network sees of images; COCO's by default. */
	readonly views?: Partial<DetectionViews>;
	/** ImageNet's by default; a network is to see what it was trained with. */
	readonly normalization?: Normalization;
	/** `any-size`, the study's, by default. */
	readonly corruptionVariant?: Variant;
}

/** Checks of what may be chosen about any task of detection. */
export const detectorChecks: Checks<DetectorOptions> = {
	network: keyed(networkChecks),
	views: keyed(partial(viewChecks)),
	normalization: normalizationCheck,
	corruptionVariant: variantCheck,
};

/** A task that finds things: their boxes, masks and classes. */
export type DetectionTask = Task<Instances, Detections, tf.Tensor[]>;

/** What distinguishes one task of detection from another. */
export interface DetectionParts
	extends Pick<DetectionTask, "name" | "miniature" | "classes"> {
	readonly train: Dataset<Instances>;
	readonly test: Dataset<Instances>;
	readonly source: TaskSource;
	/** 1 by default, since images differ in size. */
	readonly testBatchSize?: number;
}

/**
 * Detection by Mask R-CNN: everything but its data and its name.
 *
 * Scored by the average precision of boxes; that of masks, where the things to find have masks, and the other figures
 * of COCO are details. Predictions are in the image as it was given.
 */
export function detectionTask(
	parts: DetectionParts,
	{
		network = {},
		views: changes = {},
		normalization = imagenetNormalization,
		corruptionVariant = "any-size",
	}: DetectorOptions,
): DetectionTask {
	const { classes } = parts;
	const views = { ...cocoViews, ...changes };
	return defineTask({
		testBatchSize: 1,
		...parts,
		...maskRcnn({ ...network, classes: classes.length }),
		inputSize: Math.min(...views.scale),
		settings: { network, views },
		normalization,
		corruptionVariant,
		metricName: "box AP",
		metric: () => averagePrecision({ classes }),
		augment: (scene, random) => augmentScene(scene, views, random),
		prepare: (image) => resizeLinear(image, rescaledSize(image, views.scale)),
		padded: (sizes) => detectionCanvas(sizes, views),
	});
}
