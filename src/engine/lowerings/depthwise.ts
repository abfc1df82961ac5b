import type { Graph, Value } from "../graph.js";
import { transpose } from "../ops.js";
import { convolveChannelsFirst, fused, geometry } from "./channels-first.js";
import { filterGradientOfGroups, inputGradientOfGroups } from "./grouped.js";
import type { Lowering, LoweringTable } from "./lowering.js";

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
	const [height = 0, width = 0, channels = 0, multiplier = 0] = filter.shape;
	const split = [height, width, 1, channels * multiplier];
	const weights = graph.reshape(filter, split);
	return inputGradientOfGroups(graph, dy, weights, w, channels);
};

const depthwiseFilterGradient: Lowering = (graph, { x, dy }, attributes) => {
	if (x?.dtype !== "float32" || dy?.dtype !== "float32") return undefined;
	const shape = attributes.filterShape as number[];
	const channels = shape[2] as number;
	const w = geometry(x.shape, shape, attributes, true);
	const made = filterGradientOfGroups(graph, x, dy, w, channels);
	return graph.reshape(made, shape);
};

/** Convolutions of each channel by itself, and their gradients. */
export const depthwiseConvolutions: LoweringTable = {
	DepthwiseConv2dNative: depthwise,
	DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
	DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
	FusedDepthwiseConv2D: fused(depthwise),
};
