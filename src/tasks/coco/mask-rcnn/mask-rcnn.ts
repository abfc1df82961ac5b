import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../../backbones/backbone.js";
import type { ForwardOptions } from "../../../backbones/forward.js";
import { pyramidChannels } from "../../../backbones/pyramid-channels.js";
import { checkOptions } from "../../../check/check-options.js";
import { HostValue } from "../../../engine/host-value.js";
import { drawUniform } from "../../../engine/random-tensor.js";
import { meanEntropy } from "../../../nn/mean-entropy.js";
import type { Params } from "../../../nn/params.js";
import type { Size, Task } from "../../task.js";
import type { Detections, Instances } from "../instances.js";
import {
	type DetectedBatch,
	detectBatch,
	readDetections,
} from "./detect-boxes.js";
import { fpn, fpnParams } from "./fpn.js";
import { type RegionLosses, type RpnLosses, regionLosses } from "./losses.js";
import { maskBins } from "./masks.js";
import {
	boxBins,
	boxHead,
	boxHeadParams,
	maskHead,
	maskHeadParams,
	seenBins,
} from "./region-heads.js";
import { mostPositives, regionSamples } from "./region-targets.js";
import { type Regions, roiAlign } from "./roi-align.js";
import { rpn, rpnHeadParams } from "./rpn.js";
import {
	type MaskRcnnOptions,
	type MaskRcnnPlan,
	maskRcnnChecks,
	maskRcnnPlan,
} from "./settings.js";

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

function sizesOf({ images, options }: MaskRcnnInput): tf.Tensor2D {
	const [batch, height, width] = images.shape;
	const padded = Array.from({ length: batch }, () => [height, width]);
	return options?.sizes ?? tf.tensor2d(padded, [batch, 2]);
}

const paddedOf = ({ images }: MaskRcnnInput): Size => ({
	height: images.shape[1],
	width: images.shape[2],
});

function featuresOf({ params, backbone, images, options }: MaskRcnnInput) {
	const levels = fpn(params, backbone.pyramid(images, options));
	// The coarsest is for the first stage alone.
	return { levels, fine: levels.slice(0, -1) };
}

/** Regions as the layers see them, all images one after the other. */
function seen(
	features: readonly tf.Tensor4D[],
	regions: Regions,
	{ bins, plan }: { readonly bins: number; readonly plan: MaskRcnnPlan },
): tf.Tensor4D {
	const settings = plan.regions;
	const aligned = roiAlign(features, regions, { bins, settings });
	return tf.reshape(aligned, [-1, bins, bins, aligned.shape[4]]);
}

function drawMasks(
	features: readonly tf.Tensor4D[],
	regions: Regions & { readonly labels: tf.Tensor2D },
	{ params, plan }: MaskRcnnInput,
): tf.Tensor4D {
	const [batch, count] = regions.labels.shape;
	const x = seen(features, regions, { bins: seenBins, plan });
	const labels = tf.reshape(regions.labels, [batch * count]) as tf.Tensor1D;
	const masks = maskHead(params, x, labels);
	return tf.reshape(masks, [batch, count, maskBins, maskBins]);
}

/**
 * The losses of Mask R-CNN; their sum is trained.
 *
 * Source: `TwoStageDetector.forward_train` of mmdetection, `GeneralizedRCNN` of torchvision.
 */
export function maskRcnnLosses(
	input: MaskRcnnInput,
	{ instances, draws }: MaskRcnnTruth,
): MaskRcnnLosses {
	const { params, plan } = input;
	const { levels, fine } = featuresOf(input);
	const { classes, regions: settings } = plan;
	const padded = paddedOf(input);
	const { proposals, losses } = rpn(params, levels, {
		padded,
		sizes: sizesOf(input),
		settings: plan.rpn,
		training: { instances, draws: draws.anchors },
	});
	const samples = regionSamples(proposals, {
		instances,
		draws: draws.regions,
		settings,
		classes,
		padded,
	});
	const boxes = boxHead(params, seen(fine, samples, { bins: boxBins, plan }));
	const most = mostPositives(settings);
	const batch = input.images.shape[0];
	const positive = {
		boxes: tf.slice(samples.boxes, 0, [batch, most, 4]),
		labels: tf.slice(samples.labels, 0, [batch, most]),
		counts: samples.positives,
	};
	const masks = drawMasks(fine, positive, input);
	return {
		first: losses as RpnLosses,
		second: regionLosses(boxes, masks, { samples, beta: settings.beta }),
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
	const masks = tf.sigmoid(drawMasks(fine, found, input));
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

/** What all tasks of finding objects with Mask R-CNN have in common. */
export type MaskRcnn = Pick<
	Task<Instances, Detections, tf.Tensor[]>,
	| "uses"
	| "headParams"
	| "loss"
	| "forward"
	| "entropy"
	| "predictions"
	| "batchTargets"
>;

const outputOf = ({
	boxes,
	counts,
	scores,
	labels,
	masks,
}: Omit<MaskedBatch, "logits" | "isRegion">) => [
	boxes,
	counts,
	scores,
	labels,
	masks,
];

const sum = (losses: readonly tf.Scalar[]): tf.Scalar =>
	tf.addN([...losses]) as tf.Scalar;

/** What the network's output says of each image, in the image's own pixels. */
function reading({ regions }: MaskRcnnPlan): Pick<MaskRcnn, "predictions"> {
	return {
		predictions: (output, shown) => {
			const [boxes, counts, scores, labels, masks] = output.map((tensor) =>
				tensor.dataSync(),
			);
			const part = <Values extends Float32Array | Int32Array>(
				values: Values,
				image: number,
			): Values => {
				const length = values.length / counts.length;
				const each = length / regions.detect.most;
				const start = image * length;
				return values.subarray(start, start + each * counts[image]) as Values;
			};
			return shown.map((sizes, image) =>
				readDetections(
					{
						boxes: part(boxes as Float32Array, image).slice(),
						scores: part(scores as Float32Array, image).slice(),
						labels: part(labels as Int32Array, image).slice(),
						masks: part(masks as Float32Array, image),
					},
					sizes,
					regions.convention,
				),
			);
		},
	};
}

/**
 * Mask R-CNN on a feature pyramid: boxes that may hold objects, then the class, box and mask of each.
 *
 * `convention` chooses between the rules of mmdetection 2.11, by which the study's detectors were trained, and
 * those of torchvision 0.14; the weights have mmdetection's names in either. Targets are without crowds, in
 * pixels of the images as the network sees them. The layers, and the numbers that are not given, are those of
 * the study. Sources: He et al., "Mask R-CNN", ICCV 2017; `rpnSettings` and `regionSettings` name the rules.
 *
 * Throws a `RangeError` for a number that is not a whole one, or too small.
 */
export function maskRcnn(options: MaskRcnnOptions): MaskRcnn {
	checkOptions("maskRcnn", options, maskRcnnChecks);
	const plan = maskRcnnPlan(options);
	const { classes, channels, hidden, rpn, regions } = plan;
	return {
		uses: "pyramid",
		headParams: ({ architecture }) => ({
			...fpnParams(pyramidChannels(architecture), channels),
			...rpnHeadParams(channels, rpn.anchors.ratios.length),
			...boxHeadParams(classes, { channels, hidden }),
			...maskHeadParams(classes, { channels }),
		}),
		loss: ({ params, backbone }, { images, targets }, options) =>
			tf.tidy(() => {
				const random = options?.training?.random;
				const draw = (count: number): tf.Tensor2D => {
					const shape: [number, number] = [images.shape[0], count];
					return random
						? (drawUniform(shape, random) as tf.Tensor2D)
						: tf.zeros(shape);
				};
				const draws = {
					anchors: draw(rpn.sample.count),
					regions: draw(regions.sample.count),
				};
				const instances = targets.instances as HostValue<Instances[]>;
				const { first, second } = maskRcnnLosses(
					{ params, backbone, images, plan, options },
					{ instances, draws },
				);
				return sum([...Object.values(first), ...Object.values(second)]);
			}),
		forward: ({ params, backbone }, images, options) =>
			tf.tidy(() =>
				outputOf(findObjects({ params, backbone, images, plan, options })),
			),
		entropy: ({ params, backbone }, images, options) => {
			const input = { params, backbone, images, plan, options };
			const { logits, isRegion, ...found } = findObjects(input);
			return {
				output: outputOf(found),
				entropy: meanEntropy(logits, isRegion),
			};
		},
		...reading(plan),
		batchTargets: (targets) => ({ instances: new HostValue([...targets]) }),
	};
}
