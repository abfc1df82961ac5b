import { backend_util } from "@tensorflow/tfjs";
import { type Graph, single, type Value } from "../graph.js";
import { binary, transpose } from "../ops.js";
import type { Lowering } from "./lowering.js";
import { activate } from "./matrix.js";
import { evenPads, pads, type Window, windowOf } from "./window.js";

const nchw = [0, 3, 1, 2];
const nhwc = [0, 2, 3, 1];

type Size4 = [number, number, number, number];

/** The window of a convolution kernel; throws for another data format than NHWC. */
export function geometry(
	inShape: readonly number[],
	filterShape: readonly number[],
	attributes: Record<string, unknown>,
	depthwise = false,
): Window {
	const { strides, dilations, pad, dimRoundingMode, dataFormat } =
		attributes as {
			strides: number | [number, number];
			dilations?: number | [number, number];
			pad: "same" | "valid" | number;
			dimRoundingMode?: "floor" | "round" | "ceil";
			dataFormat?: "NHWC" | "NCHW";
		};
	if ((dataFormat ?? "NHWC") !== "NHWC")
		throw new Error("only the data format NHWC is supported");
	return windowOf(
		backend_util.computeConv2DInfo(
			inShape as Size4,
			filterShape as Size4,
			strides,
			dilations ?? 1,
			pad,
			dimRoundingMode,
			depthwise,
		),
	);
}

const spatial = (w: Window) => ({
	kernel_shape: [w.kernelHeight, w.kernelWidth],
	strides: [w.strideHeight, w.strideWidth],
	dilations: [w.dilationHeight, w.dilationWidth],
});

/** Convolution by ONNX's own operator, which wants the channels first. */
export function convolveChannelsFirst(
	graph: Graph,
	x: Value,
	filter: Value,
	w: Window,
	group = 1,
): Value {
	const shape = [w.batch, filter.shape[0] as number, w.outHeight, w.outWidth];
	const attributes = { ...spatial(w), pads: evenPads(w), group };
	const output = { shape, dtype: x.dtype };
	const y = single(graph, "Conv", [transpose(graph, x, nchw), filter], output, {
		attributes,
	});
	return transpose(graph, y, nhwc);
}

/** Transposed convolution by ONNX's own operator; the filter is `[out, in / group, kh, kw]`. */
export function spread(
	graph: Graph,
	dy: Value,
	filter: Value,
	w: Window,
	group: number,
): Value {
	const inner = (filter.shape[1] as number) * group;
	const [top = 0, left = 0, below = 0, right = 0] = pads(w);
	const y = single(
		graph,
		"ConvTranspose",
		[transpose(graph, dy, nchw), filter],
		{ shape: [w.batch, inner, w.inHeight, w.inWidth], dtype: dy.dtype },
		{
			attributes: {
				...spatial(w),
				pads: [top, left, Math.max(below, 0), Math.max(right, 0)],
				output_padding: [Math.max(-below, 0), Math.max(-right, 0)],
				group,
			},
		},
	);
	return transpose(graph, y, nhwc);
}

/** A convolution with the bias and the activation that TensorFlow.js fuses behind it. */
export const fused =
	(convolution: Lowering): Lowering =>
	(graph, inputs, attributes) => {
		const y = convolution(graph, inputs, attributes) as Value | undefined;
		const sum = y && inputs.bias ? binary(graph, "Add", y, inputs.bias) : y;
		const { activation, leakyreluAlpha } = attributes;
		return (
			sum &&
			activate(
				graph,
				sum,
				activation,
				leakyreluAlpha,
				inputs.preluActivationWeights,
			)
		);
	};
