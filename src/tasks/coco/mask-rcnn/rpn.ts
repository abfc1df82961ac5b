import type * as tf from "@tensorflow/tfjs";
import type { Params } from "../../../nn/params.js";
import type { Size } from "../../task.js";
import { makeAnchors } from "./anchors.js";
import { type Proposals, proposals } from "./proposals.js";
import { rpnHead } from "./rpn-head.js";
import { type RpnLosses, rpnLosses } from "./rpn-losses.js";
import type { RpnSettings } from "./rpn-settings.js";
import { type RpnTruth, rpnTargets } from "./rpn-targets.js";

export interface RpnOptions {
	/** Of the images of the batch, padding included. */
	readonly padded: Size;
	/** The heights and widths of the images before padding, `[batch, 2]`. */
	readonly sizes: tf.Tensor2D;
	readonly settings: RpnSettings;
	/** Where it is given, there are losses, and as many proposals as training uses. */
	readonly training?: RpnTruth;
}

/**
 * The region proposal network: boxes that may hold objects, and in training its losses.
 *
 * `features` are what `fpn` returns. Source: Ren et al., "Faster R-CNN", NeurIPS 2015.
 */
export function rpn(
	params: Params,
	features: readonly tf.Tensor4D[],
	{ padded, sizes, settings, training }: RpnOptions,
): { readonly proposals: Proposals; readonly losses?: RpnLosses } {
	const output = rpnHead(params, features);
	const maps = features.map(({ shape: [, height, width] }) => ({
		height,
		width,
	}));
	const anchors = makeAnchors(maps, padded, settings.anchors);
	const mode = training ? "training" : "testing";
	const proposed = proposals(output, sizes, { anchors, settings, mode });
	if (!training) return { proposals: proposed };
	const targets = rpnTargets(training, sizes, { anchors, settings });
	return {
		proposals: proposed,
		losses: rpnLosses(output, targets, settings.beta),
	};
}
