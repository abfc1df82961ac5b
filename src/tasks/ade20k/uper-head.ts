/**
 * The decode head of UPerNet, layer by layer and with the names of mmsegmentation's.
 *
 * https://github.com/open-mmlab/mmsegmentation/blob/v0.11.0/mmseg/models/decode_heads/uper_head.py
 * https://github.com/open-mmlab/mmsegmentation/blob/v0.11.0/mmseg/models/decode_heads/psp_head.py
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardOptions, Pyramid } from "../../backbones/forward.js";
import { adaptiveAveragePool } from "../../nn/adaptive-average-pool.js";
import { convBnRelu, convBnReluParams } from "../../nn/conv-bn-relu.js";
import type { ParamSpecs, Params } from "../../nn/params.js";
import { resizeBilinear } from "../../nn/resize.js";
import { pixelClassifier, pixelClassifierParams } from "./pixel-classifier.js";

const head = "decode_head";

/** A decode head by its sizes. */
export interface UperHeadSizes {
	readonly classes: number;
	/** Channels of all its feature maps. */
	readonly channels: number;
	/** Into how many parts, in each direction, the pyramid pooling divides the last feature map. */
	readonly poolScales: readonly number[];
}

/** What each layer of the decode head computes; feature maps are NHWC. */
export interface UperHeadLayers {
	/** Pooled, `[batch, scale, scale, channels]` for each scale. */
	readonly pooled: readonly tf.Tensor4D[];
	/** One for each level of the pyramid, after the top-down path. */
	readonly laterals: readonly tf.Tensor4D[];
	/** One for each level, before they are resized to the size of the first. */
	readonly levels: readonly tf.Tensor4D[];
	/** All levels in one, at stride 4. */
	readonly fused: tf.Tensor4D;
	/** `[batch, height / 4, width / 4, classes]` */
	readonly logits: tf.Tensor4D;
}

type Maps = [tf.Tensor4D, ...tf.Tensor4D[]];

function topDown(laterals: readonly tf.Tensor4D[]): tf.Tensor4D[] {
	const sums: tf.Tensor4D[] = [];
	for (const lateral of [...laterals].reverse()) {
		const [, height, width] = lateral.shape;
		const above = sums[0];
		sums.unshift(
			above ? tf.add(lateral, resizeBilinear(above, [height, width])) : lateral,
		);
	}
	return sums;
}

/** What a decode head does besides its weights. */
export interface UperHeadOptions
	extends Pick<UperHeadSizes, "poolScales">,
		ForwardOptions {
	/** The share of channels dropped in training. */
	readonly dropout: number;
}

/** The layers of the decode head on a feature pyramid. */
export function uperHead(
	params: Params,
	pyramid: Pyramid,
	options: UperHeadOptions,
): UperHeadLayers {
	const layer = (name: string, x: tf.Tensor4D | Maps): tf.Tensor4D =>
		convBnRelu(params, `${head}.${name}`, x, options);
	const last = pyramid[3];
	const pooled = options.poolScales.map((scale, i) =>
		layer(`psp_modules.${i}.1`, adaptiveAveragePool(last, [scale, scale])),
	);
	const top = layer("bottleneck", [last, ...pooled]);
	const sides = pyramid
		.slice(0, 3)
		.map((x, i) => layer(`lateral_convs.${i}`, x));
	const laterals = topDown([...sides, top]);
	const outs = laterals.slice(0, 3).map((x, i) => layer(`fpn_convs.${i}`, x));
	const levels = [...outs, top] as unknown as Maps;
	const fused = layer("fpn_bottleneck", levels);
	const logits = pixelClassifier(params, head, fused, options);
	return { pooled, laterals, levels, fused, logits };
}

/** The weights of a decode head on levels of so many channels, in the order of the state_dict. */
export function uperHeadParams(
	inner: readonly [number, number, number, number],
	{ classes, channels, poolScales }: UperHeadSizes,
): ParamSpecs {
	const layer = (name: string, from: number, kernel: number): ParamSpecs =>
		convBnReluParams(`${head}.${name}`, [from, channels], kernel);
	const last = inner[3];
	const lower = inner.slice(0, 3);
	return Object.assign(
		pixelClassifierParams(head, channels, classes),
		...poolScales.map((_, i) => layer(`psp_modules.${i}.1`, last, 1)),
		layer("bottleneck", last + poolScales.length * channels, 3),
		...lower.map((from, i) => layer(`lateral_convs.${i}`, from, 1)),
		...lower.map((_, i) => layer(`fpn_convs.${i}`, channels, 3)),
		layer("fpn_bottleneck", 4 * channels, 3),
	) as ParamSpecs;
}
