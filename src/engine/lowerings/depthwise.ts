import type { Graph, Value } from "../graph.js";
import { binary, reduce, transpose } from "../ops.js";
import {
	convolveChannelsFirst,
	fused,
	geometry,
	spread,
} from "./channels-first.js";
import type { Lowering, LoweringTable } from "./lowering.js";
import { gatheredParts, pixels, rowsOf } from "./patches.js";
import { pixelOfTap, taps } from "./window.js";

// [kh, kw, channels, multiplier] as ONNX's [channels * multiplier, 1, kh, kw] of `channels` groups.
function depthwiseFilter(graph: Graph, filter: Value): Value {
	const [height = 0, width = 0, channels = 0, multiplier = 0] = filter.shape;
	const moved = transpose(graph, filter, [2, 3, 0, 1]);
	return graph.reshape(moved, [channels * multiplier, 1, height, width]);
}

const depthwise: Lowering = (graph, { x, filter }, attributes) => {
	if (x?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const w = geometry(x.shape, filter.shape, attributes, true);
	const weights = depthwiseFilter(graph, filter);
	return convolveChannelsFirst(graph, x, weights, w, x.shape[3] as number);
};

const depthwiseInputGradient: Lowering = (
	graph,
	{ dy, filter },
	attributes,
) => {
	if (dy?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const w = geometry(
		attributes.inputShape as number[],
		filter.shape,
		attributes,
		true,
	);
	const weights = depthwiseFilter(graph, filter);
	return spread(graph, dy, weights, w, filter.shape[2] as number);
};

const depthwiseFilterGradient: Lowering = (graph, { x, dy }, attributes) => {
	if (x?.dtype !== "float32" || dy?.dtype !== "float32") return undefined;
	const shape = attributes.filterShape as number[];
	const [, , channels = 0, multiplier = 0] = shape;
	const w = geometry(x.shape, shape, attributes, true);
	const errors = pixels(graph, dy);
	let sum: Value | undefined;
	for (const { part, begin, count } of gatheredParts(
		graph,
		pixels(graph, x),
		pixelOfTap(w),
		taps(w),
	)) {
		const share = rowsOf(graph, errors, begin, count, channels * multiplier);
		const product = binary(
			graph,
			"Mul",
			graph.reshape(part, [count, taps(w), channels, 1]),
			graph.reshape(share, [count, 1, channels, multiplier]),
		);
		const total = reduce(graph, "ReduceSum", product, [0]);
		sum = sum ? binary(graph, "Add", sum, total) : total;
	}
	return graph.reshape(sum as Value, shape);
};

/** Convolutions of each channel by itself, and their gradients. */
export const depthwiseConvolutions: LoweringTable = {
	DepthwiseConv2dNative: depthwise,
	DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
	DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
	FusedDepthwiseConv2D: fused(depthwise),
};
