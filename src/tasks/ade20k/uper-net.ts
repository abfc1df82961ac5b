import * as tf from "@tensorflow/tfjs";
import { pyramidChannels } from "../../backbones/pyramid-channels.js";
import { type Checks, checkOptions } from "../../check/check-options.js";
import { list, number, orNull, required, whole } from "../../check/checks.js";
import { jensenShannon } from "../../nn/jensen-shannon.js";
import { meanEntropy } from "../../nn/mean-entropy.js";
import { resizedCrossEntropy } from "../../nn/resized-cross-entropy.js";
import { shownPositions } from "../../nn/shown-positions.js";
import type { Task } from "../task.js";
import { fcnHead, fcnHeadParams } from "./fcn-head.js";
import { uperHead, uperHeadParams } from "./uper-head.js";

/** A UPerNet by its sizes. */
export interface UperNetOptions {
	readonly classes: number;
	/** Channels of the decode head; 512 by default. */
	readonly channels?: number;
	/** Channels of the auxiliary head; 256 by default. */
	readonly auxiliaryChannels?: number;
	/** What the auxiliary head's loss is multiplied by; 0.4 by default. */
	readonly auxiliaryWeight?: number;
	/**
	 * How much the pixels of each class count in the losses of both heads, at least 0, in the order of the classes; alike
	 * by default and with null. As with `class_weight` of mmsegmentation, the mean stays one over all pixels: it is not
	 * divided by the weights.
	 */
	readonly classWeights?: readonly number[] | null;
	/** Into how many parts, in each direction, the last feature map is pooled; 1, 2, 3 and 6 by default. */
	readonly poolScales?: readonly number[];
	/** The share of channels dropped before each classifier in training; 0.1 by default. */
	readonly dropout?: number;
}

const count = whole({ from: 1 });

/** Checks of what may be chosen besides the classes. */
export const uperNetChecks: Checks<Omit<UperNetOptions, "classes">> = {
	channels: count,
	auxiliaryChannels: count,
	auxiliaryWeight: number({ from: 0 }),
	classWeights: orNull(list(number({ from: 0 }))),
	poolScales: list(count, { least: 1 }),
	dropout: number({ from: 0, below: 1 }),
};

const checks: Checks<UperNetOptions> = {
	classes: required(count),
	...uperNetChecks,
};

/** The share of the pixels of each position of logits that have a label: `[batch, height, width]`. */
function labeledPositions(
	{ shape: [batch, height, width, classes] }: tf.Tensor4D,
	labels: tf.Tensor3D,
): tf.Tensor3D {
	const [, tall, wide] = labels.shape;
	const isLabeled = tf.cast(
		tf.less(labels, tf.scalar(classes, "int32")),
		"float32",
	);
	const size: [number, number] = [
		Math.floor(tall / height),
		Math.floor(wide / width),
	];
	const shares = tf.avgPool(
		tf.reshape(isLabeled, [batch, tall, wide, 1]) as tf.Tensor4D,
		size,
		size,
		"valid",
	);
	return tf.reshape(tf.slice(shares, 0, [batch, height, width, 1]), [
		batch,
		height,
		width,
	]);
}

/** The weights of the classes, if they are not alike; throws where there are not as many, or none counts. */
function checkedWeights({
	classes,
	classWeights,
}: UperNetOptions): readonly number[] | undefined {
	if (!classWeights) return;
	if (classWeights.length !== classes)
		throw new RangeError(
			`classWeights are ${classWeights.length}, but there are ${classes} classes`,
		);
	if (!classWeights.some((weight) => weight > 0))
		throw new RangeError(
			"classWeights are all 0, so that nothing would be learned",
		);
	return classWeights;
}

/** What the layers of a segmenter give to its task. */
export type UperNet = Pick<
	Task<unknown, unknown, tf.Tensor4D>,
	"uses" | "headParams" | "loss" | "forward" | "consistency" | "entropy"
>;

/**
 * UPerNet on a feature pyramid, with an auxiliary FCN head on its third level while it is trained.
 *
 * Target `labels`: int32 `[batch, height, width]` of the size of the images, from 0; 255, or any other number
 * that is no class, is ignored. Output: logits `[batch, height / 4, width / 4, classes]`, to be resized
 * bilinearly to the size of the images. The loss is the cross-entropy at the size of the images, averaged
 * over all pixels, ignored ones as 0, plus the weighted one of the auxiliary head. Throws where `classWeights` are not
 * as many as the classes, or all 0.
 *
 * Source: mmsegmentation 0.11, configs/_base_/models/upernet_r50.py and upernet_swin.py.
 */
export function uperNet(options: UperNetOptions): UperNet {
	checkOptions("uperNet", options, checks);
	const {
		classes,
		channels = 512,
		auxiliaryChannels = 256,
		auxiliaryWeight = 0.4,
		poolScales = [1, 2, 3, 6],
		dropout = 0.1,
	} = options;
	const classWeights = checkedWeights(options);
	const settings = { poolScales, dropout };
	/** The losses of both heads for one view, added. */
	const lossOf = (
		logits: tf.Tensor4D,
		auxiliary: tf.Tensor4D,
		labels: tf.Tensor3D,
	): tf.Scalar =>
		tf.add(
			resizedCrossEntropy(logits, labels, classWeights),
			tf.mul(
				resizedCrossEntropy(auxiliary, labels, classWeights),
				auxiliaryWeight,
			),
		);
	return {
		uses: "pyramid",
		headParams({ architecture }) {
			const inner = pyramidChannels(architecture);
			return {
				...uperHeadParams(inner, { classes, channels, poolScales }),
				...fcnHeadParams(inner[2], auxiliaryChannels, classes),
			};
		},
		forward: ({ params, backbone }, images, options) =>
			tf.tidy(() => {
				const pyramid = backbone.pyramid(images, options);
				return uperHead(params, pyramid, { ...settings, ...options }).logits;
			}),
		loss: ({ params, backbone }, { images, targets: { labels } }, options) =>
			tf.tidy(() => {
				const pyramid = backbone.pyramid(images, options);
				const all = { ...settings, ...options };
				const { logits } = uperHead(params, pyramid, all);
				const auxiliary = fcnHead(params, pyramid[2], all);
				return lossOf(logits, auxiliary, labels as tf.Tensor3D);
			}),
		consistency: (
			{ params, backbone },
			{ images, targets, consistency },
			options,
		) => {
			const { views: count = 3, supervise = "clean", labelsOnly } = consistency;
			const labels = targets.labels as tf.Tensor3D;
			const pyramid = backbone.pyramid(images, options);
			const all = { ...settings, ...options };
			const views = tf.split(uperHead(params, pyramid, all).logits, count);
			const supervised = supervise === "all" ? views : views.slice(0, 1);
			const batch = images.shape[0] / count;
			const third = tf.slice(pyramid[2], 0, batch * supervised.length);
			const auxiliary = fcnHead(params, third, all);
			const losses = supervised.map((logits, view) =>
				lossOf(
					logits as tf.Tensor4D,
					tf.slice(auxiliary, view * batch, batch),
					labels,
				),
			);
			const [clean] = views as [tf.Tensor4D];
			const sizes = options?.sizes && tf.slice(options.sizes, 0, batch);
			const shown = sizes && shownPositions(clean, images, sizes);
			const labeled = labelsOnly ? labeledPositions(clean, labels) : undefined;
			const counts =
				shown && labeled ? tf.mul(shown, labeled) : (shown ?? labeled);
			return {
				loss: tf.div(tf.addN(losses), losses.length),
				divergence: jensenShannon(views, {
					weight: 1,
					...(counts && { counts }),
				}),
			};
		},
		entropy: (logits, { images, sizes }) =>
			meanEntropy(logits, sizes && shownPositions(logits, images, sizes)),
	};
}
