/**
 * The region proposal network: its layers, as in mmdetection (torchvision's are the same), and what it proposes.
 *
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/dense_heads/rpn_head.py
 */
import * as tf from "@tensorflow/tfjs";
import { onHost } from "../../../engine/host.js";
import { conv2d, conv2dParams } from "../../../nn/conv2d.js";
import type { ParamSpecs, Params } from "../../../nn/params.js";
import type { Size } from "../../task.js";
import {
	type Anchors,
	makeAnchors,
	type RpnTruth,
	rpnTargets,
} from "./anchors.js";
import {
	type Boxes,
	clipBoxes,
	decodeBoxes,
	imageSize,
	isLarge,
	rowOf,
	takeFours,
} from "./box.js";
import { type RpnLosses, rpnLosses } from "./losses.js";
import { nms, rank } from "./nms.js";
import type { ProposalSettings, RpnSettings } from "./settings.js";

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

/** What the network says of the anchors, one feature map after the other. */
export interface RpnOutput {
	/** `[batch, anchors]`: logits of whether there is an object. */
	readonly objectness: tf.Tensor2D;
	/** `[batch, anchors, 4]`: how the boxes are to be moved. */
	readonly deltas: tf.Tensor3D;
}

/** Applies the same three layers to each feature map. */
export function rpnHead(
	params: Params,
	features: readonly tf.Tensor4D[],
): RpnOutput {
	const outputs = features.map((x) => {
		const hidden = tf.relu(conv2d(params, "rpn_head.rpn_conv", x, { pad: 1 })); // [3, 3, 256, 256]
		const objectness = conv2d(params, "rpn_head.rpn_cls", hidden); // [1, 1, 256, 3]
		const deltas = conv2d(params, "rpn_head.rpn_reg", hidden); // [1, 1, 256, 12]
		const batch = x.shape[0];
		return {
			objectness: tf.reshape(objectness, [batch, -1]) as tf.Tensor2D,
			deltas: tf.reshape(deltas, [batch, -1, 4]) as tf.Tensor3D,
		};
	});
	return {
		objectness: tf.concat(
			outputs.map(({ objectness }) => objectness),
			1,
		),
		deltas: tf.concat(
			outputs.map(({ deltas }) => deltas),
			1,
		),
	};
}

/** The weights of the head; as in mmdetection, they start normal with deviation 0.01, the biases at 0. */
export function rpnHeadParams(channels = 256, anchors = 3): ParamSpecs {
	const conv = (name: string, to: number, kernel: number): ParamSpecs =>
		conv2dParams(name, [channels, to], kernel, {
			bias: true,
			initial: { deviation: 0.01 },
			initialBias: { constant: 0 },
		});
	return {
		...conv("rpn_head.rpn_conv", channels, 3),
		...conv("rpn_head.rpn_cls", anchors, 1),
		...conv("rpn_head.rpn_reg", 4 * anchors, 1),
	};
}

/** What the network says of the anchors, or of those of one feature map, for one image. */
export interface AnchorOutput {
	readonly logits: Float32Array;
	/** Four for each anchor. */
	readonly deltas: Float32Array;
}

/** Boxes that may hold objects, and their scores from 0 to 1. */
export interface ProposedBoxes {
	readonly boxes: Boxes;
	readonly scores: Float32Array;
}

export interface ProposeOptions {
	readonly anchors: Anchors;
	readonly settings: RpnSettings;
	readonly mode: keyof ProposalSettings["kept"];
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

const take = (values: Float32Array, indices: Int32Array): Float32Array =>
	Float32Array.from(indices, (index) => values[index]);

/** The boxes of the highest of some anchors, by falling score. */
function highest(
	anchors: Boxes,
	{ logits, deltas }: AnchorOutput,
	image: Size,
	{ settings: { coder, proposals }, mode }: ProposeOptions,
): ProposedBoxes {
	const { rankedBy, perLevel, leastSide } = proposals;
	const ranked = rankedBy === "logit" ? logits : logits.map(sigmoid);
	const order = rank(ranked, perLevel[mode]);
	const boxes = decodeBoxes(
		takeFours(deltas, order),
		takeFours(anchors, order),
		coder,
	);
	clipBoxes(boxes, image);
	const scores = take(logits, order).map(sigmoid);
	const large = order
		.map((_, i) => i)
		.filter((i) => isLarge(boxes, i, leastSide));
	return { boxes: takeFours(boxes, large), scores: take(scores, large) };
}

/**
 * Proposes boxes for one image, by falling score: those of the highest anchors of each feature map, moved
 * by their deltas, clipped to the image, without those that overlap a higher one of their feature map.
 *
 * `image` is its size before padding. Source: `_get_bboxes` of mmdetection's `RPNHead`, `filter_proposals`
 * of torchvision.
 */
export function proposeBoxes(
	{ logits, deltas }: AnchorOutput,
	image: Size,
	options: ProposeOptions,
): ProposedBoxes {
	const { anchors, settings, mode } = options;
	const found = anchors.levels.map(({ start, end }) => {
		const output = {
			logits: logits.subarray(start, end),
			deltas: deltas.subarray(4 * start, 4 * end),
		};
		const boxes = anchors.boxes.subarray(4 * start, 4 * end);
		return highest(boxes, output, image, options);
	});
	const total = found.reduce((sum, { scores }) => sum + scores.length, 0);
	const boxes = new Float32Array(4 * total);
	const scores = new Float32Array(total);
	const groups = new Int32Array(total);
	let start = 0;
	found.forEach((level, group) => {
		const end = start + level.scores.length;
		boxes.set(level.boxes, 4 * start);
		scores.set(level.scores, start);
		groups.fill(group, start, end);
		start = end;
	});
	const { nms: threshold, kept } = settings.proposals;
	const keep = nms(boxes, scores, threshold, { groups, most: kept[mode] });
	return { boxes: takeFours(boxes, keep), scores: take(scores, keep) };
}

/** The proposals of a batch, each image's by falling score; behind the last one all is 0. */
export interface Proposals {
	/** `[batch, kept, 4]`: left, top, right and bottom, in pixels. */
	readonly boxes: tf.Tensor3D;
	/** `[batch, kept]`, from 0 to 1. */
	readonly scores: tf.Tensor2D;
	/** `[batch]`, int32: how many there are. */
	readonly counts: tf.Tensor1D;
}

/**
 * The proposals of a batch, computed in plain JavaScript; no gradient goes through them.
 *
 * `sizes` are the heights and widths of the images before padding, `[batch, 2]`.
 */
export function proposals(
	{ objectness, deltas }: RpnOutput,
	sizes: tf.Tensor2D,
	options: ProposeOptions,
): Proposals {
	const batch = sizes.shape[0];
	const kept = options.settings.proposals.kept[options.mode];
	const [boxes, scores, counts] = onHost(
		[sizes, objectness, deltas],
		[
			{ shape: [batch, kept, 4], dtype: "float32" },
			{ shape: [batch, kept], dtype: "float32" },
			{ shape: [batch], dtype: "int32" },
		],
		(arrays) => {
			const [sides, logits, moves] = arrays as [
				Float32Array,
				Float32Array,
				Float32Array,
			];
			const boxes = new Float32Array(batch * kept * 4);
			const scores = new Float32Array(batch * kept);
			const counts = new Int32Array(batch);
			for (let image = 0; image < batch; image++) {
				const output = {
					logits: rowOf(logits, image, batch),
					deltas: rowOf(moves, image, batch),
				};
				const size = imageSize(sides, image);
				const found = proposeBoxes(output, size, options);
				rowOf(boxes, image, batch).set(found.boxes);
				rowOf(scores, image, batch).set(found.scores);
				counts[image] = found.scores.length;
			}
			return [boxes, scores, counts];
		},
	);
	return {
		boxes: boxes as tf.Tensor3D,
		scores: scores as tf.Tensor2D,
		counts: counts as tf.Tensor1D,
	};
}
