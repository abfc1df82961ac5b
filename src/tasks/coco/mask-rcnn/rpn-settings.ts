import type { AnchorSettings } from "./anchors.js";
import type { AssignOptions } from "./assign.js";
import { type BoxCoder, mostLogScale } from "./box-coder.js";
import type { Convention } from "./convention.js";
import type { SampleOptions } from "./sample.js";

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

const sample: SampleOptions = { count: 256, positiveFraction: 0.5 };

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
				positive: 0.7,
				negative: 0.3,
				lowQuality: { least: 0.3, claims: "own" },
			},
			sample,
			beta: 0,
			leastCount: 1,
			proposals: {
				rankedBy: "score",
				perLevel: { training: 2000, testing: 1000 },
				nms: 0.7,
				kept: { training: 1000, testing: 1000 },
				leastSide: 0,
			},
		},
		torchvision: {
			anchors: { ...anchors, rounded: true },
			coder: { deviations: [1, 1, 1, 1], leastLogScale: -Infinity },
			assign: {
				positive: 0.7,
				negative: 0.3,
				lowQuality: { least: 0, claims: "best" },
			},
			sample,
			beta: 1 / 9,
			leastCount: 0,
			proposals: {
				rankedBy: "logit",
				perLevel: { training: 2000, testing: 1000 },
				nms: 0.7,
				kept: { training: 2000, testing: 1000 },
				leastSide: 1e-3,
			},
		},
	});
