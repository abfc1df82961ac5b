import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions } from "../../../backbones/forward.js";
import { pyramidChannels } from "../../../backbones/pyramid-channels.js";
import { checkOptions } from "../../../check/check-options.js";
import { HostValue } from "../../../engine/host-value.js";
import { drawUniform } from "../../../engine/random-tensor.js";
import { meanEntropy } from "../../../nn/mean-entropy.js";
import type { BatchTargets, Task } from "../../task.js";
import type { Detections, Instances } from "../instances.js";
import { maskRcnnConsistency } from "./consistency.js";
import { readDetections } from "./detect-boxes.js";
import { fpnParams } from "./fpn.js";
import { boxHeadParams, maskHeadParams } from "./region-heads.js";
import { rpnHeadParams } from "./rpn.js";
import {
	type MaskRcnnOptions,
	type MaskRcnnPlan,
	maskRcnnChecks,
	maskRcnnPlan,
} from "./settings.js";
import {
	findObjects,
	type MaskedBatch,
	type MaskRcnnTruth,
	maskRcnnLosses,
} from "./stages.js";

/** What all tasks of finding objects with Mask R-CNN have in common. */
export type MaskRcnn = Pick<
	Task<Instances, Detections, tf.Tensor[]>,
	| "uses"
	| "headParams"
	| "loss"
	| "forward"
	| "consistency"
	| "entropy"
	| "predictions"
	| "batchTargets"
>;

/** The parts of the output, in their order. */
const outputOf = ({
	boxes,
	counts,
	scores,
	labels,
	masks,
	logits,
	isRegion,
}: MaskedBatch): tf.Tensor[] => [
	...[boxes, counts, scores, labels, masks],
	...[logits, isRegion],
];

const sum = (losses: readonly tf.Scalar[]): tf.Scalar =>
	tf.addN([...losses]) as tf.Scalar;

/** What the network's output says of each image, in the image's own pixels. */
function reading({ regions }: MaskRcnnPlan): Pick<MaskRcnn, "predictions"> {
	return {
		predictions: (output, shown) => {
			const [boxes, counts, scores, labels, masks] = output
				.slice(0, 5)
				.map((tensor) => tensor.dataSync());
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
	/** What so many images are learned from. */
	const truthOf = (
		{ instances }: BatchTargets,
		batch: number,
		options?: ForwardOptions,
	): MaskRcnnTruth => {
		const random = options?.training?.random;
		const draw = (count: number): tf.Tensor2D =>
			random
				? (drawUniform([batch, count], random) as tf.Tensor2D)
				: tf.zeros([batch, count]);
		return {
			instances: instances as HostValue<Instances[]>,
			draws: {
				anchors: draw(rpn.sample.count),
				regions: draw(regions.sample.count),
			},
		};
	};
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
				const { first, second } = maskRcnnLosses(
					{ params, backbone, images, plan, options },
					truthOf(targets, images.shape[0], options),
				);
				return sum([...Object.values(first), ...Object.values(second)]);
			}),
		forward: ({ params, backbone }, images, options) =>
			tf.tidy(() =>
				outputOf(findObjects({ params, backbone, images, plan, options })),
			),
		consistency: ({ params, backbone }, batch, options) => {
			const { images, targets, consistency } = batch;
			const count = images.shape[0] / (consistency.views ?? 3);
			return maskRcnnConsistency(
				{ params, backbone, images, plan, options },
				truthOf(targets, count, options),
				consistency,
			);
		},
		entropy: (output) => {
			const [logits, isRegion] = output.slice(5) as [tf.Tensor, tf.Tensor];
			return meanEntropy(logits, isRegion);
		},
		...reading(plan),
		batchTargets: (targets) => ({ instances: new HostValue([...targets]) }),
	};
}
