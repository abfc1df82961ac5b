import { type Checks, checkOptions } from "../../check/check-options.js";
import {
	type DetectionTask,
	type DetectorOptions,
	detectionTask,
	detectorChecks,
} from "../coco/detection-task.js";
import type { Instances } from "../coco/instances.js";
import { encodeRle } from "../coco/rle/rle.js";
import { crowdedScene } from "./crowded-scene.js";
import { type Domain, domains } from "./domain.js";
import { pictureChecks, pictures } from "./pictures.js";
import type { Picture } from "./render.js";
import { shapesNormalization } from "./shapes.js";

/** How many pictures of which size there are, and how they are learned. */
export interface ShapesDetectionOptions extends DetectorOptions {
	/** Pictures to train on; 2,000 by default. */
	readonly trainImages?: number;
	/** Pictures to test on; 200 by default. */
	readonly testImages?: number;
	/** The sides of the pictures, in pixels; 128 by default. */
	readonly size?: number;
	/** Other pictures for another seed. */
	readonly seed?: number;
	/** The world of the backbones, or that of the transfer; `target` by default. */
	readonly domain?: Domain["name"];
}

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

const usualSize = 128;

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
	const {
		trainImages = 2000,
		testImages = 200,
		size = usualSize,
		seed = 0,
		domain: world = "target",
	} = options;
	const domain = domains[world];
	return detectionTask(
		{
			name: world === "target" ? "shapes-detection" : "shapes-source-detection",
			miniature: true,
			classes: Object.keys(domain.classes),
			...pictures(
				{
					name: "detection",
					usualSize,
					scene: crowdedScene,
					target: instancesOf,
				},
				{ domain, trainImages, testImages, size, seed },
			),
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
