import { type Graph, single, type Value } from "../graph.js";
import { gather } from "../moves.js";
import { transpose } from "../ops.js";
import {
	backwards,
	evenPads,
	inPixels,
	outPixels,
	pads,
	taps,
	type Window,
} from "./window.js";

const nchw = [0, 3, 1, 2];
const domain = "com.microsoft.nchwc";
// Below this, putting the filter in order costs more than the convolution gains.
const leastPixels = 256;
const leastPixelsBackwards = 1024;

// Fewer channels than a block come one after another, as in an ordinary tensor.
const isLessThanBlock = ({ channelBlock }: Graph, inner: number): boolean =>
	inner < channelBlock;

export const isWhole = ({ channelBlock }: Graph, channels: number): boolean =>
	channelBlock > 0 && channels % channelBlock === 0;

// Of few images the gain is small, and their sums stay as they were.
const isStem = (graph: Graph, inner: number, { batch }: Window): boolean =>
	isLessThanBlock(graph, inner) && isWhole(graph, batch);

export const isPaddedOnly = (w: Window): boolean =>
	pads(w).every((length) => length >= 0);

/** Whether ONNX Runtime's convolution in blocks of channels can do this one, and gains by it. */
export function fitsBlocks(
	graph: Graph,
	{ shape: [, , inner = 0, outer = 0] }: Value,
	w: Window,
): boolean {
	return (
		outPixels(w) >= leastPixels &&
		(isWhole(graph, inner) || isStem(graph, inner, w)) &&
		isWhole(graph, outer) &&
		isPaddedOnly(w)
	);
}

/** The same of the gradient with respect to its input. */
export const gradientFitsBlocks = (
	graph: Graph,
	{ shape: [, , inner = 0, outer = 0] }: Value,
	w: Window,
): boolean =>
	w.strideHeight === 1 &&
	w.strideWidth === 1 &&
	inPixels(w) >= leastPixelsBackwards &&
	isWhole(graph, inner) &&
	isWhole(graph, outer) &&
	isPaddedOnly(backwards(w));

// The blocks stand as `[out / block, in / block, tap, block of in, block of out]`, under the shape of an
// ordinary filter; those of few channels in as `[out / block, in, tap, block of out]`.
function filterInBlocks(graph: Graph, filter: Value, w: Window): Value {
	const [, , inner = 0, outer = 0] = filter.shape;
	const block = graph.channelBlock;
	const blocks = (split: number[], permutation: number[]): Value =>
		transpose(graph, graph.reshape(filter, split), permutation);
	const moved = isLessThanBlock(graph, inner)
		? blocks([taps(w), inner, outer / block, block], [2, 1, 0, 3])
		: blocks(
				[taps(w), inner / block, block, outer / block, block],
				[3, 1, 0, 2, 4],
			);
	return graph.reshape(moved, [outer, inner, w.kernelHeight, w.kernelWidth]);
}

// The same of the filter upside down, from its outputs to its inputs.
function backwardsInBlocks(graph: Graph, filter: Value, w: Window): Value {
	const [, , inner = 0, outer = 0] = filter.shape;
	const block = graph.channelBlock;
	const count = taps(w);
	const reversed = Int32Array.from({ length: count }, (_, i) => count - 1 - i);
	const order = graph.constant(reversed, [count], "int32");
	const byTap = graph.reshape(filter, [count, inner, outer]);
	const split = [count, inner / block, block, outer / block, block];
	const turned = graph.reshape(gather(graph, byTap, order, 0), split);
	const moved = transpose(graph, turned, [1, 3, 0, 4, 2]);
	return graph.reshape(moved, [inner, outer, w.kernelHeight, w.kernelWidth]);
}

/** A node of ONNX Runtime's own for tensors in blocks. */
export function blockNode(
	graph: Graph,
	op: "Conv" | "ReorderInput" | "ReorderOutput",
	inputs: readonly Value[],
	{
		shape,
		attributes,
	}: {
		readonly shape: readonly number[];
		readonly attributes: Record<string, number | number[]>;
	},
): Value {
	const output = { shape, dtype: "float32" } as const;
	return single(graph, op, inputs, output, { domain, attributes });
}

function convolve(graph: Graph, x: Value, filter: Value, w: Window): Value {
	const [outer = 0, inner = 0] = filter.shape;
	const inShape = [w.batch, inner, w.inHeight, w.inWidth];
	const blocks = isLessThanBlock(graph, inner)
		? transpose(graph, x, nchw)
		: blockNode(graph, "ReorderInput", [x], {
				shape: inShape,
				attributes: { channels_last: 1 },
			});
	const outShape = [w.batch, outer, w.outHeight, w.outWidth];
	const y = blockNode(graph, "Conv", [blocks, filter], {
		shape: outShape,
		attributes: {
			kernel_shape: [w.kernelHeight, w.kernelWidth],
			strides: [w.strideHeight, w.strideWidth],
			dilations: [w.dilationHeight, w.dilationWidth],
			pads: evenPads(w),
			group: 1,
		},
	});
	return blockNode(graph, "ReorderOutput", [y], {
		shape: [w.batch, w.outHeight, w.outWidth, outer],
		attributes: { channels: outer, channels_last: 1 },
	});
}

/**
 * Convolution as ONNX Runtime does it where the filter is a constant: in blocks of channels, which its
 * optimizer chooses for no other filter.
 *
 * Source: onnxruntime/contrib_ops/cpu/nchwc_ops.cc.
 */
export function convolveInBlocks(
	graph: Graph,
	x: Value,
	filter: Value,
	w: Window,
): Value {
	return convolve(graph, x, filterInBlocks(graph, filter, w), w);
}

/** The gradient of a convolution with strides of 1 with respect to its input, itself a convolution. */
export function inputGradientInBlocks(
	graph: Graph,
	dy: Value,
	filter: Value,
	w: Window,
): Value {
	const turned = backwardsInBlocks(graph, filter, w);
	return convolve(graph, dy, turned, backwards(w));
}
