import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { text } from "../../check/checks.js";
import { fetchCommand } from "../../check/fetch-command.js";
import type { LabelMap } from "../../image/label-map.js";
import { openedLater } from "../opened-later.js";
import type { Dataset } from "../task.js";
import { ade20kClasses } from "./classes.js";
import { ade20kPalette } from "./palette.js";
import { segmentationFolder } from "./segmentation-folder.js";
import {
	type SegmentationTask,
	type SegmenterOptions,
	segmentationTask,
	segmenterChecks,
} from "./segmentation-task.js";

/** Where ADE20K is, and how it is learned. */
export interface Ade20kOptions extends SegmenterOptions {
	/** The folder with `images` and `annotations`, or with the one that the archive holds; `data/ade20k` by default. */
	readonly folder?: string;
}

const checks: Checks<Ade20kOptions> = { ...segmenterChecks, folder: text };

/** Where the script puts ADE20K, below the folder that the process runs in. */
export const ade20kFolder = join("data", "ade20k");

const inArchive = "ADEChallengeData2016";

function findFolder(folder: string): string {
	const found = [folder, join(folder, inArchive)].find(
		(place) =>
			existsSync(join(place, "images", "validation")) &&
			existsSync(join(place, "annotations", "validation")),
	);
	if (found !== undefined) return found;
	throw new Error(
		`${folder} has no images/validation and annotations/validation of ADE20K SceneParsing: fetch it with\n  ${fetchCommand("ade20k")}\nor name the folder that has it: ade20k({ folder })`,
	);
}

function part(folder: string, split: string): Dataset<LabelMap> {
	const name = `ade20k/${split}`;
	const open = () => {
		const found = findFolder(folder);
		return segmentationFolder({
			name,
			images: join(found, "images", split),
			annotations: join(found, "annotations", split),
			classes: ade20kClasses.length,
			reduceZeroLabel: true,
		});
	};
	return openedLater(name, open, ["place"]);
}

/**
 * ADE20K SceneParsing, as the study transfers to it: 150 classes, unlabeled pixels ignored, UPerNet.
 *
 * Trained on parts of 512 pixels, tested on whole images whose shorter side is 512. 20,210 training and
 * 2,000 validation images. mmsegmentation's UPerNet with a ResNet-50 reaches an mIoU of 40.70 in 80,000
 * steps. Zhou et al., 2017; mmsegmentation 0.11, `configs/_base_/datasets/ade20k.py`.
 */
export function ade20k(options: Ade20kOptions = {}): SegmentationTask {
	checkOptions("ade20k", options, checks);
	const { folder = ade20kFolder } = options;
	return segmentationTask(
		{
			name: "ade20k",
			miniature: false,
			classes: ade20kClasses,
			palette: ade20kPalette,
			train: part(folder, "training"),
			test: part(folder, "validation"),
			source: { module: import.meta.url, name: "ade20k", options },
		},
		options,
	);
}
