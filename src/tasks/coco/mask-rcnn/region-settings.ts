import type { AssignOptions } from "./assign.js";
import type { BoxCoder } from "./box-coder.js";
import type { Convention } from "./convention.js";
import type { AlignRule } from "./region-taps.js";
import type { SampleOptions } from "./sample.js";

/** Which of the boxes that the second stage has found are kept. */
export interface DetectSettings {
	/** Only scores above this. */
	readonly score: number;
	/** The overlap above which the lower of two boxes of one class is dropped. */
	readonly nms: number;
	/** The highest of an image that are kept. */
	readonly most: number;
	/** Boxes narrower or lower than this, in pixels, are dropped. */
	readonly leastSide: number;
}

/** The rules of the second stage: which regions it learns from, how it sees them, what it keeps. */
export interface RegionSettings {
	readonly convention: Convention;
	readonly align: Omit<AlignRule, "bins">;
	readonly coder: BoxCoder;
	readonly assign: AssignOptions;
	/**
	 * How the objects themselves become regions to learn from: before the proposals, each its own, or behind
	 * them and assigned as they are.
	 */
	readonly objects: "own" | "assigned";
	readonly sample: SampleOptions;
	/** Where the loss of a delta turns from a square into an absolute value; 0 for the latter throughout. */
	readonly beta: number;
	/** Whether the masks to learn are of zeros and ones, or the shares of the pixels inside. */
	readonly binaryMasks: boolean;
	/** Whether an object's mask goes on with zeros where its image is padded, or ends there. */
	readonly paddedMasks: boolean;
	readonly detect: DetectSettings;
}

const deviations = [0.1, 0.1, 0.2, 0.2] as const;
const sample: SampleOptions = { count: 512, positiveFraction: 0.25 };
const detect = { score: 0.05, nms: 0.5, most: 100 };

/**
 * The rules of the two libraries, in full: where they differ, both are here.
 *
 * Sources: `configs/_base_/models/mask_rcnn_r50_fpn.py` of mmdetection 2.11 and the classes it names;
 * `models/detection/roi_heads.py` and `mask_rcnn.py` of torchvision 0.14.
 */
export const regionSettings: Readonly<Record<Convention, RegionSettings>> =
	Object.freeze({
		mmdetection: {
			convention: "mmdetection",
			align: { samples: 0, aligned: true },
			coder: { deviations, leastLogScale: -Math.log(1000 / 16) },
			assign: {
				positive: 0.5,
				negative: 0.5,
				lowQuality: { least: 0.5, claims: "own" },
			},
			objects: "own",
			sample,
			beta: 0,
			binaryMasks: true,
			paddedMasks: true,
			detect: { ...detect, leastSide: 0 },
		},
		torchvision: {
			convention: "torchvision",
			align: { samples: 2, aligned: false },
			coder: { deviations, leastLogScale: -Infinity },
			assign: { positive: 0.5, negative: 0.5 },
			objects: "assigned",
			sample,
			beta: 1 / 9,
			binaryMasks: false,
			paddedMasks: false,
			detect: { ...detect, leastSide: 1e-2 },
		},
	});
