import { type Checks, checkOptions } from "../../check/check-options.js";
import { keyed, list, required, text } from "../../check/checks.js";
import { type LabelValues, valueChecks } from "./label-values.js";
import type { Palette } from "./palette.js";
import { paletteCheck, vocPalette } from "./palette.js";
import {
	folderChecks,
	type SegmentationFolderOptions,
	segmentationFolder,
} from "./segmentation-folder.js";
import {
	type SegmentationTask,
	type SegmenterOptions,
	segmentationTask,
	segmenterChecks,
} from "./segmentation-task.js";

/** Where the images of one part of a data set are, and their annotations. */
export type SegmentationFolders = Omit<
	SegmentationFolderOptions,
	keyof LabelValues
>;

/** A data set of segmentation, and how it is learned. */
export interface SegmentationOptions
	extends SegmenterOptions,
		Omit<LabelValues, "classes"> {
	/** What runs and tables call it; `segmentation` by default. */
	readonly name?: string;
	readonly train: SegmentationFolders;
	readonly test: SegmentationFolders;
	/** The names of the classes, in the order of their indices. */
	readonly classes: readonly string[];
	/** A color for each class; those of PASCAL VOC by default. */
	readonly palette?: Palette;
}

const checks: Checks<SegmentationOptions> = {
	...segmenterChecks,
	...valueChecks,
	name: text,
	train: required(keyed(folderChecks)),
	test: required(keyed(folderChecks)),
	classes: required(list(text, { least: 1 })),
	palette: paletteCheck,
};

/**
 * Segmentation of any folders of images and class indices by UPerNet.
 *
 * Images are trained on and tested as ADE20K's, unless `training` and `testing` say otherwise. Throws where
 * classes and values do not go together; files are read when they are needed.
 */
export function segmentation(options: SegmentationOptions): SegmentationTask {
	checkOptions("segmentation", options, checks);
	const { name = "segmentation", classes } = options;
	const { values, ignored, reduceZeroLabel } = options;
	const meaning = {
		classes: classes.length,
		...(values && { values }),
		...(ignored && { ignored }),
		...(reduceZeroLabel && { reduceZeroLabel }),
	};
	return segmentationTask(
		{
			name,
			miniature: false,
			classes,
			palette: options.palette ?? vocPalette(classes.length),
			train: segmentationFolder({ ...options.train, ...meaning }),
			test: segmentationFolder({ ...options.test, ...meaning }),
			source: { module: import.meta.url, name: "segmentation", options },
		},
		options,
	);
}
