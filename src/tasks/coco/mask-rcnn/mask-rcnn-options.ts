import type { Checks } from "../../../check/check-options.js";
import { oneOf, required, whole } from "../../../check/checks.js";
import type { Convention } from "./convention.js";
import { type RegionSettings, regionSettings } from "./region-settings.js";
import { type RpnSettings, rpnSettings } from "./rpn-settings.js";

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
