import { type Checks, checkOptions } from "../../check/check-options.js";
import { flag, keyed, list, required, text } from "../../check/checks.js";
import { annotatedImages, idCheck } from "./data/annotated-images.js";
import {
	type DetectionTask,
	type DetectorOptions,
	detectionTask,
	detectorChecks,
} from "./detection-task.js";
import type { Id } from "./instances.js";

/** Where a part of the data is. */
export interface DetectionData {
	/** A COCO annotation file of instances. */
	readonly annotations: string;
	/** The folder of the images. */
	readonly images: string;
	/** The images to use, by their ids; all by default. */
	readonly only?: readonly Id[];
	/** Whether masks are left out, as where some things have none; by default where none has one. */
	readonly boxesOnly?: boolean;
}

/** Data with annotations as COCO's, and how they are learned. */
export interface DetectionOptions extends DetectorOptions {
	/** What the task is called in results and plots. */
	readonly name: string;
	readonly train: DetectionData;
	readonly test: DetectionData;
	/**
	 * The categories to find, by their names in the annotation files; of several with one name, that of id 3 is
	 * `name (id 3)`.
	 */
	readonly classes: readonly string[];
}

const dataChecks: Checks<DetectionData> = {
	annotations: required(text),
	images: required(text),
	only: list(idCheck),
	boxesOnly: flag,
};

const checks: Checks<DetectionOptions> = {
	...detectorChecks,
	name: required(text),
	train: required(keyed(dataChecks)),
	test: required(keyed(dataChecks)),
	classes: required(list(text, { least: 1 })),
};

/**
 * Detection on any data with annotations as COCO's, by Mask R-CNN.
 *
 * The annotation files are read when something is first asked of them. That of the test may have boxes alone, which
 * are all that is scored then. In training, images in which there is
 * nothing to find and those of less than 32 pixels in height or width are left out, as in mmdetection.
 */
export function detection(options: DetectionOptions): DetectionTask {
	checkOptions("detection", options, checks);
	const { name, train, test, classes } = options;
	return detectionTask(
		{
			name,
			miniature: false,
			classes,
			train: annotatedImages({
				...train,
				name: `${name}/train`,
				classes,
				training: true,
			}),
			test: annotatedImages({ ...test, name: `${name}/test`, classes }),
			source: { module: import.meta.url, name: "detection", options },
		},
		options,
	);
}
