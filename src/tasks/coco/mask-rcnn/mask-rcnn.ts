import * as tf from "@tensorflow/tfjs";
import { pyramidChannels } from "../../../backbones/pyramid-channels.js";
import { checkOptions } from "../../../check/check-options.js";
import { HostValue } from "../../../engine/host-value.js";
import { drawUniform } from "../../../engine/random-tensor.js";
import { meanEntropy } from "../../../nn/mean-entropy.js";
import type { Task } from "../../task.js";
import type { Detections, Instances } from "../instances.js";
import { boxHeadParams } from "./box-head.js";
import { fpnParams } from "./fpn.js";
import { maskHeadParams } from "./mask-head.js";
import {
	type MaskRcnnOptions,
	maskRcnnChecks,
	maskRcnnPlan,
} from "./mask-rcnn-options.js";
import {
	findObjects,
	type MaskedBatch,
	maskRcnnLosses,
} from "./mask-rcnn-stages.js";
import { readDetections } from "./read-detections.js";
import { rpnHeadParams } from "./rpn-head.js";

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

type Found = Omit<MaskedBatch, "logits" | "isRegion">;

const outputOf = ({ boxes, counts, scores, labels, masks }: Found) => [
	boxes,
	counts,
	scores,
	labels,
	masks,
];

const sum = (losses: readonly tf.Scalar[]): tf.Scalar =>
	tf.addN([...losses]) as tf.Scalar;

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
		batchTargets: (targets) => ({ instances: new HostValue([...targets]) }),
	};
}
