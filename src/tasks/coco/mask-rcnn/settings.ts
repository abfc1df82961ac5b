import type { Checks } from "../../../check/check-options.js";
import { oneOf, required, whole } from "../../../check/checks.js";
import type { AnchorSettings } from "./anchors.js";
import type { AssignOptions, SampleOptions } from "./assign.js";
import { type BoxCoder, mostLogScale } from "./box.js";
import type { AlignRule } from "./region-taps.js";

/**
 * Whose Mask R-CNN: that of mmdetection 2.11, which the paper used, or torchvision's 0.14.
 *
 * They have the same layers and differ in many small rules; `rpnSettings` names those of the first stage.
 */
export type Convention = "mmdetection" | "torchvision";

/** How boxes are proposed: one number for training and one for testing where they may differ. */
export interface ProposalSettings {
	/** What the anchors of a feature map are ranked by; they differ where the sigmoid is rounded to ties. */
	readonly rankedBy: "logit" | "score";
	/** The highest of each feature map that are looked at. */
	readonly perLevel: { readonly training: number; readonly testing: number };
	/** The overlap above which the lower of two boxes of one feature map is dropped. */
	readonly nms: number;
	/** The highest of all feature maps that are kept. */
	readonly kept: { readonly training: number; readonly testing: number };
	/** Boxes narrower or lower than this, in pixels, are dropped. */
	readonly leastSide: number;
}

/** The rules of the region proposal network. */
export interface RpnSettings {
	readonly anchors: AnchorSettings;
	readonly coder: BoxCoder;
	readonly assign: AssignOptions;
	readonly sample: SampleOptions;
	/** Where the loss of a delta turns from a square into an absolute value; 0 for the latter throughout. */
	readonly beta: number;
	/** What an image without positive, or negative, examples counts for in the number losses are divided by. */
	readonly leastCount: number;
	readonly proposals: ProposalSettings;
}

const anchors = {
	sizes: [32, 64, 128, 256, 512],
	ratios: [0.5, 1, 2],
};

const overlaps = { positive: 0.7, negative: 0.3 };
const ranked = { perLevel: { training: 2000, testing: 1000 }, nms: 0.7 };
const anchorSample: SampleOptions = { count: 256, positiveFraction: 0.5 };

/**
 * The rules of the two libraries, in full: where they differ, both are here.
 *
 * Sources: `configs/_base_/models/mask_rcnn_r50_fpn.py` of mmdetection 2.11 and the classes it names;
 * `models/detection/rpn.py` and `faster_rcnn.py` of torchvision 0.14.
 */
export const rpnSettings: Readonly<Record<Convention, RpnSettings>> =
	Object.freeze({
		mmdetection: {
			anchors: {
				...anchors,
				rounded: false,
				strides: [4, 8, 16, 32, 64],
				paddedTo: 32,
			},
			coder: {
				deviations: [1, 1, 1, 1],
				leastLogScale: -mostLogScale,
			},
			assign: {
				...overlaps,
				lowQuality: { least: 0.3, claims: "own" },
			},
			sample: anchorSample,
			beta: 0,
			leastCount: 1,
			proposals: {
				rankedBy: "score",
				...ranked,
				kept: { training: 1000, testing: 1000 },
				leastSide: 0,
			},
		},
		torchvision: {
			anchors: { ...anchors, rounded: true },
			coder: { deviations: [1, 1, 1, 1], leastLogScale: -Infinity },
			assign: {
				...overlaps,
				lowQuality: { least: 0, claims: "best" },
			},
			sample: anchorSample,
			beta: 1 / 9,
			leastCount: 0,
			proposals: {
				rankedBy: "logit",
				...ranked,
				kept: { training: 2000, testing: 1000 },
				leastSide: 1e-3,
			},
		},
	});

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
const regionSample: SampleOptions = { count: 512, positiveFraction: 0.25 };
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
			sample: regionSample,
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
			sample: regionSample,
			beta: 1 / 9,
			binaryMasks: false,
			paddedMasks: false,
			detect: { ...detect, leastSide: 1e-2 },
		},
	});

/** The sizes of a Mask R-CNN and the numbers of boxes that it works on: plain JSON. */
export interface MaskRcnnOptions {
	/** How many classes there are, without the background. */
	readonly classes: number;
	/** Whose rules they are; mmdetection's, which the study used, by default. */
	readonly convention?: Convention;
	/** Of the feature maps of all levels; 256. */
	readonly channels?: number;
	/** Of the layers that classify regions; 1024. */
	readonly hidden?: number;
	/** The side of a square anchor at stride 4, in pixels, doubled at each level; 32. */
	readonly anchor?: number;
	/** Anchors of an image that the first stage learns from; 256. */
	readonly anchors?: number;
	/** Regions of an image that the second stage learns from, a quarter of them with objects; 512. */
	readonly regions?: number;
	/** Boxes of an image that the first stage proposes; as many as the convention has. */
	readonly proposals?: number;
	/** The most objects to be found in an image; 100. */
	readonly detections?: number;
}

// One of them may have an object.
const leastRegions = 4;
const count = whole({ from: 1 });

/** Checks of what may be chosen besides the classes. */
export const networkChecks: Checks<Omit<MaskRcnnOptions, "classes">> = {
	convention: oneOf(Object.keys(rpnSettings)),
	channels: count,
	hidden: count,
	anchor: count,
	anchors: count,
	regions: whole({ from: leastRegions }),
	proposals: count,
	detections: count,
};

/** Checks of the sizes of a Mask R-CNN. */
export const maskRcnnChecks: Checks<MaskRcnnOptions> = {
	classes: required(count),
	...networkChecks,
};

/** The options in full, with the rules of both stages. */
export interface MaskRcnnPlan {
	readonly classes: number;
	readonly channels: number;
	readonly hidden: number;
	readonly rpn: RpnSettings;
	readonly regions: RegionSettings;
}

function rpnOf(
	rpn: RpnSettings,
	{ anchor = 32, anchors = rpn.sample.count, proposals }: MaskRcnnOptions,
): RpnSettings {
	const sizes = rpn.anchors.sizes.map((_, level) => anchor * 2 ** level);
	const kept = proposals
		? { training: proposals, testing: proposals }
		: rpn.proposals.kept;
	return {
		...rpn,
		anchors: { ...rpn.anchors, sizes },
		sample: { ...rpn.sample, count: anchors },
		proposals: { ...rpn.proposals, kept },
	};
}

function regionsOf(
	settings: RegionSettings,
	{ regions, detections }: MaskRcnnOptions,
): RegionSettings {
	const { sample, detect } = settings;
	return {
		...settings,
		sample: { ...sample, count: regions ?? sample.count },
		detect: { ...detect, most: detections ?? detect.most },
	};
}

/** Fills in the rules of the convention. */
export function maskRcnnPlan(options: MaskRcnnOptions): MaskRcnnPlan {
	const { classes, convention = "mmdetection" } = options;
	const { channels = 256, hidden = 1024 } = options;
	return {
		classes,
		channels,
		hidden,
		rpn: rpnOf(rpnSettings[convention], options),
		regions: regionsOf(regionSettings[convention], options),
	};
}
