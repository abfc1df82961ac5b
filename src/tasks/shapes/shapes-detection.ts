import { type Checks, checkOptions } from "../../check/check-options.js";
import {
	type DetectionTask,
	type DetectorOptions,
	detectionTask,
	detectorChecks,
} from "../coco/detection-task.js";
import type { Instances } from "../coco/instances.js";
import { encodeRle } from "../coco/rle/rle.js";
import {
	type CrowdedPictureOptions,
	crowdedPictures,
} from "./crowded-pictures.js";
import { pictureChecks } from "./pictures.js";
import type { Picture } from "./render.js";
import { shapesNormalization } from "./shapes.js";

/** How many pictures of which size there are, and how they are learned. */
export interface ShapesDetectionOptions
	extends DetectorOptions,
		CrowdedPictureOptions {}

const checks: Checks<ShapesDetectionOptions> = {
	...detectorChecks,
	...pictureChecks,
};

/** What can be seen of the things in a picture. */
function instancesOf({ image, things, instances }: Picture): Instances {
	return {
		boxes: Float32Array.from(things.flatMap(({ box }) => [...box])),
		labels: Int32Array.from(things, ({ label }) => label),
		masks: things.map((_, i) =>
			encodeRle(
				instances.map((instance) => Number(instance === i + 1)),
				image,
			),
		),
		crowd: new Uint8Array(things.length),
	};
}

/**
 * Detection of the things in drawn scenes: a miniature that needs no download.
 *
 * Four to seven things of ten classes in each picture (sixteen in the source domain); what is hidden behind
 * another thing belongs to neither box nor mask. The network is a small Mask R-CNN.
 */
export function shapesDetection(
	options: ShapesDetectionOptions = {},
): DetectionTask {
	checkOptions("shapesDetection", options, checks);
	const { name, things, size, data } = crowdedPictures(
		"detection",
		instancesOf,
		options,
	);
	return detectionTask(
		{
			name,
			miniature: true,
			classes: things,
			...data,
			testBatchSize: 8,
			source: { module: import.meta.url, name: "shapesDetection", options },
		},
		{
			normalization: shapesNormalization,
			...options,
			network: {
				channels: 32,
				hidden: 128,
				anchor: 16,
				anchors: 64,
				regions: 32,
				proposals: 100,
				detections: 20,
				...options.network,
			},
			views: { scale: [size, size], ...options.views },
		},
	);
}
