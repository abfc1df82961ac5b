import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../../backbones/backbone.js";
import type { ForwardOptions } from "../../../backbones/forward.js";
import type { HostValue } from "../../../engine/host-value.js";
import type { Params } from "../../../nn/params.js";
import type { Size } from "../../task.js";
import type { Instances } from "../instances.js";
import { type DetectedBatch, detectBatch } from "./detect-boxes.js";
import { fpn } from "./fpn.js";
import { boxLosses, type RegionLosses, type RpnLosses } from "./losses.js";
import { drawMasks, lossOfMasks, type MaskRegions } from "./mask-branch.js";
import { type BoxOutput, boxBins, boxHead, seenBins } from "./region-heads.js";
import {
	mostPositives,
	type RegionSamples,
	regionSamples,
} from "./region-targets.js";
import { type Regions, roiAlign } from "./roi-align.js";
import { rpn } from "./rpn.js";
import type { MaskRcnnPlan } from "./settings.js";

/** A network and images, `[batch, height, width, 3]`, and how to run it on them. */
export interface MaskRcnnInput {
	readonly params: Params;
	readonly backbone: Backbone;
	readonly images: tf.Tensor4D;
	readonly plan: MaskRcnnPlan;
	readonly options?: ForwardOptions;
}

/** What the network is trained by. */
export interface MaskRcnnTruth {
	/** The objects of each image, without crowds. */
	readonly instances: HostValue<readonly Instances[]>;
	/** Numbers uniform in [0, 1) that choose the anchors and the regions to learn from, `[batch, count]`. */
	readonly draws: {
		readonly anchors: tf.Tensor2D;
		readonly regions: tf.Tensor2D;
	};
}

/** The losses of both stages. */
export interface MaskRcnnLosses {
	readonly first: RpnLosses;
	readonly second: RegionLosses;
}

/** Objects found, and their masks from 0 to 1, `[batch, most, 28, 28]`. */
export interface MaskedBatch extends DetectedBatch {
	readonly masks: tf.Tensor4D;
	/** What is said of the regions of the first stage: logits `[batch, regions, classes + 1]`. */
	readonly logits: tf.Tensor3D;
	/** 1 for a region, 0 for what fills the batch up: `[batch, regions]`. */
	readonly isRegion: tf.Tensor2D;
}

/** The heights and widths of the images before padding, `[batch, 2]`. */
export function sizesOf({ images, options }: MaskRcnnInput): tf.Tensor2D {
	const [batch, height, width] = images.shape;
	const padded = Array.from({ length: batch }, () => [height, width]);
	return options?.sizes ?? tf.tensor2d(padded, [batch, 2]);
}

/** The size to which the images are padded. */
export const paddedOf = ({ images }: MaskRcnnInput): Size => ({
	height: images.shape[1],
	width: images.shape[2],
});

/** The feature maps of both stages. */
export function featuresOf({
	params,
	backbone,
	images,
	options,
}: MaskRcnnInput) {
	const levels = fpn(params, backbone.pyramid(images, options));
	// The coarsest is for the first stage alone.
	return { levels, fine: levels.slice(0, -1) };
}

/** Regions as the layers see them, all images one after the other. */
export function seen(
	features: readonly tf.Tensor4D[],
	regions: Regions,
	{ bins, plan }: { readonly bins: number; readonly plan: MaskRcnnPlan },
): tf.Tensor4D {
	const settings = plan.regions;
	const aligned = roiAlign(features, regions, { bins, settings });
	return tf.reshape(aligned, [-1, bins, bins, aligned.shape[4]]);
}

/** Regions as the layers of masks see them. */
function masked(
	features: readonly tf.Tensor4D[],
	{ labels, ...regions }: Regions & { readonly labels: tf.Tensor2D },
	{ regions: settings }: MaskRcnnPlan,
): MaskRegions {
	const bins = seenBins;
	const seen = roiAlign(features, regions, { bins, settings });
	return { seen, labels, counts: regions.counts };
}

/** The regions to learn from, chosen among proposals. */
export const samplesOf = (
	proposals: Regions,
	{ instances, draws }: MaskRcnnTruth,
	input: MaskRcnnInput,
): RegionSamples =>
	regionSamples(proposals, {
		instances,
		draws: draws.regions,
		settings: input.plan.regions,
		classes: input.plan.classes,
		padded: paddedOf(input),
	});

/** The losses of the second stage, for what it says of the regions in feature maps. */
export function lossesOfRegions(
	{
		fine,
		boxes,
		samples,
	}: {
		readonly fine: readonly tf.Tensor4D[];
		readonly boxes: BoxOutput;
		readonly samples: RegionSamples;
	},
	input: MaskRcnnInput,
): RegionLosses {
	const { regions: settings } = input.plan;
	const most = mostPositives(settings);
	const batch = samples.labels.shape[0];
	const positive = {
		boxes: tf.slice(samples.boxes, 0, [batch, most, 4]),
		labels: tf.slice(samples.labels, 0, [batch, most]),
		counts: samples.positives,
	};
	const regions = masked(fine, positive, input.plan);
	return {
		...boxLosses(boxes, samples, settings.beta),
		masks: lossOfMasks(input.params, regions, samples.masks),
	};
}

/**
 * The losses of Mask R-CNN; their sum is trained.
 *
 * Source: `TwoStageDetector.forward_train` of mmdetection, `GeneralizedRCNN` of torchvision.
 */
export function maskRcnnLosses(
	input: MaskRcnnInput,
	truth: MaskRcnnTruth,
): MaskRcnnLosses {
	const { params, plan } = input;
	const { levels, fine } = featuresOf(input);
	const { proposals, losses } = rpn(params, levels, {
		padded: paddedOf(input),
		sizes: sizesOf(input),
		settings: plan.rpn,
		training: { instances: truth.instances, draws: truth.draws.anchors },
	});
	const samples = samplesOf(proposals, truth, input);
	const boxes = boxHead(params, seen(fine, samples, { bins: boxBins, plan }));
	return {
		first: losses as RpnLosses,
		second: lossesOfRegions({ fine, boxes, samples }, input),
	};
}

/**
 * The objects that Mask R-CNN finds, in the coordinates of the images that it sees.
 *
 * Source: `StandardRoIHead.simple_test` of mmdetection, `RoIHeads` of torchvision.
 */
export function findObjects(input: MaskRcnnInput): MaskedBatch {
	const { params, plan } = input;
	const { levels, fine } = featuresOf(input);
	const sizes = sizesOf(input);
	const { proposals } = rpn(params, levels, {
		padded: paddedOf(input),
		sizes,
		settings: plan.rpn,
	});
	const boxes = boxHead(params, seen(fine, proposals, { bins: boxBins, plan }));
	const settings = plan.regions;
	const found = detectBatch(proposals, boxes, { sizes, settings });
	const masks = drawMasks(params, masked(fine, found, plan));
	const [batch, count] = proposals.boxes.shape;
	const counts = tf.reshape(proposals.counts, [batch, 1]);
	return {
		...found,
		masks,
		logits: tf.reshape(boxes.logits, [batch, count, -1]),
		isRegion: tf.cast(
			tf.less(tf.range(0, count, 1, "int32"), counts),
			"float32",
		),
	};
}
