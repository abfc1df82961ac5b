import type { Checks } from "../check/check-options.js";
import { flag, keyed, number, oneOf, required } from "../check/checks.js";

/** How two views of the objects of an image are compared by Mask R-CNN. */
export interface DetectionConsistency {
	/** The weight of whether anchors hold an object; 0.1 by default. */
	readonly rpn?: number;
	/** The weight of what the regions are; 1 by default, and 10 as released. */
	readonly regions?: number;
	/**
	 * `mean`, by default, over the anchors learned from and the regions; `as-released`, over all anchors of each level,
	 * summed over the levels, and both divided once more by the number of samples of all views, as OA-DG has it.
	 */
	readonly normalization?: "mean" | "as-released";
}

/**
 * What is asked of a network beside its loss: that it says the same of an image and of augmented views of it, by the
 * Jensen-Shannon divergence.
 */
export interface Consistency {
	/** The weight of the divergence: 12 in AugMix and PRIME, 10 in SHADE for segmentation, 1 for detection. */
	readonly weight: number;
	/** The image itself, and one augmented view or two; 3 by default. */
	readonly views?: 2 | 3;
	/** Whether the loss is of the image itself, by default, or the mean over all views. */
	readonly supervise?: "clean" | "all";
	/** Of segmentation: whether pixels without a label are left out; by default they count. */
	readonly labelsOnly?: boolean;
	/** Of detection. */
	readonly detection?: DetectionConsistency;
}

/** Checks of what is asked. */
export const consistencyChecks: Checks<Consistency> = {
	weight: required(number({ from: 0 })),
	views: oneOf([2, 3]),
	supervise: oneOf(["clean", "all"]),
	labelsOnly: flag,
	detection: keyed({
		rpn: number({ from: 0 }),
		regions: number({ from: 0 }),
		normalization: oneOf(["mean", "as-released"]),
	} satisfies Checks<DetectionConsistency>),
};
