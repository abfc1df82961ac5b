import { type Checks, checkOptions } from "../../check/check-options.js";
import { createLabelMap, type LabelMap } from "../../image/label-map.js";
import { vocPalette } from "../ade20k/palette.js";
import {
	type SegmentationTask,
	type SegmenterOptions,
	segmentationTask,
	segmenterChecks,
} from "../ade20k/segmentation-task.js";
import {
	type CrowdedPictureOptions,
	crowdedPictures,
} from "./crowded-pictures.js";
import { pictureChecks } from "./pictures.js";
import type { Picture } from "./render.js";
import { shapesNormalization } from "./shapes.js";

/** How many pictures of which size there are, and how they are learned. */
export interface ShapesSegmentationOptions
	extends SegmenterOptions,
		CrowdedPictureOptions {}

const checks: Checks<ShapesSegmentationOptions> = {
	...segmenterChecks,
	...pictureChecks,
};

/** How much a pixel of the background counts in the loss, where one of a thing counts 1. */
const backgroundWeight = 0.3;

const labelsOf = ({ image, semantic }: Picture): LabelMap =>
	createLabelMap(image.height, image.width, semantic);

/**
 * Segmentation of drawn scenes: a miniature that needs no download.
 *
 * Every pixel belongs to the background, class 0, or to one of the ten classes of things in the target
 * domain (sixteen in the source domain), so that things must be found and told apart: four to seven in each
 * scene. The network is a small UPerNet of 64 channels, 32 in its auxiliary head. Four of five pixels are
 * background, which counts 0.3 in the loss: where all count alike (`network: { classWeights: null }`), small
 * things are not learned in some hundred steps. Training and testing are ADE20K's, in proportion, with ratios
 * from 3/4 to 4/3 and without the distortion of colors, for which a short training is too short.
 */
export function shapesSegmentation(
	options: ShapesSegmentationOptions = {},
): SegmentationTask {
	checkOptions("shapesSegmentation", options, checks);
	const { name, things, size, data } = crowdedPictures(
		"segmentation",
		labelsOf,
		options,
	);
	const classes = ["background", ...things];
	const {
		classWeights = [backgroundWeight, ...things.map(() => 1)],
		...sizes
	} = options.network ?? {};
	return segmentationTask(
		{
			name,
			miniature: true,
			classes,
			palette: vocPalette(classes.length),
			...data,
			testBatchSize: 16,
			source: { module: import.meta.url, name: "shapesSegmentation", options },
		},
		{
			normalization: shapesNormalization,
			...options,
			network: {
				channels: 64,
				auxiliaryChannels: 32,
				...sizes,
				...(classWeights && { classWeights }),
			},
			training: {
				scale: [4 * size, size],
				ratio: [3 / 4, 4 / 3],
				cropSize: size,
				distortsColors: false,
				...options.training,
			},
		},
	);
}
