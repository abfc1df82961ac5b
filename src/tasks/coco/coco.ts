import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { text } from "../../check/checks.js";
import { fetchCommand } from "../../check/fetch-command.js";
import { openedLater } from "../opened-later.js";
import type { Dataset } from "../task.js";
import { annotatedImages } from "./data/annotated-images.js";
import { cocoClasses } from "./data/classes.js";
import {
	type DetectionTask,
	type DetectorOptions,
	detectionTask,
	detectorChecks,
} from "./detection-task.js";
import type { Instances } from "./instances.js";

/** Where COCO is, and how it is learned. */
export interface CocoOptions extends DetectorOptions {
	/** The folder with `annotations`, `train2017` and `val2017`; `data/coco` by default. */
	readonly folder?: string;
}

const checks: Checks<CocoOptions> = { ...detectorChecks, folder: text };

/** Where the script puts COCO, below the folder that the process runs in. */
export const cocoFolder = join("data", "coco");

function part(
	folder: string,
	split: "train2017" | "val2017",
): Dataset<Instances> {
	const name = `coco/${split}`;
	const annotations = join(folder, "annotations", `instances_${split}.json`);
	const open = () => {
		if (!existsSync(annotations)) {
			throw new Error(
				`there is no ${annotations} of COCO 2017: fetch it with\n  ${fetchCommand("coco")}\nor name the folder that has it: coco({ folder })`,
			);
		}
		return annotatedImages({
			name,
			annotations,
			images: join(folder, split),
			classes: cocoClasses,
			training: split === "train2017",
		});
	};
	return openedLater(name, open, ["group", "place", "target"]);
}

/**
 * COCO 2017, as the study transfers to it: 80 classes, Mask R-CNN on images of at most 1333 x 800 pixels.
 *
 * Trained on the 117,266 images with annotations, tested on 5,000. mmdetection's Mask R-CNN with a ResNet-50 reaches
 * a box AP of 39.2 and a mask AP of 35.4 in 24 epochs. For a Swin Transformer add `views: { multiScale:
 * cocoMultiScale }`. Lin et al., 2014; mmdetection 2.11, `configs/_base_/datasets/coco_instance.py`.
 */
export function coco(options: CocoOptions = {}): DetectionTask {
	checkOptions("coco", options, checks);
	const { folder = cocoFolder } = options;
	return detectionTask(
		{
			name: "coco",
			miniature: false,
			classes: cocoClasses,
			train: part(folder, "train2017"),
			test: part(folder, "val2017"),
			source: { module: import.meta.url, name: "coco", options },
		},
		options,
	);
}
