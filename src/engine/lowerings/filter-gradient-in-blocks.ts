import type { Graph, Value } from "../graph.js";
import { pad } from "../moves.js";
import { transpose } from "../ops.js";
import { blockNode, isPaddedOnly, isWhole } from "./blocked.js";
import { isPointwise, outPixels, pads, type Window } from "./window.js";

// The errors are gone through once for each line of taps and each channel: more of them are fetched from far away.
const mostErrorBytes = 2 ** 24;

/**
 * Whether ONNX Runtime's convolution in blocks, of images then and not of channels, can make the gradient of a filter of
 * this shape, and gains by it.
 */
export const filterGradientFitsBlocks = (
	graph: Graph,
	[, , , outer = 0]: readonly number[],
	w: Window,
): boolean =>
	!isPointwise(w) &&
	isWhole(graph, outer) &&
	isWhole(graph, w.batch) &&
	isPaddedOnly(w) &&
	4 * outPixels(w) * outer <= mostErrorBytes;

/** The images with their padding, as `[channel, block of images, pixel, image of block]`. */
function imagesInBlocks(graph: Graph, x: Value, w: Window): Value {
	const [top = 0, left = 0, below = 0, right = 0] = pads(w);
	const none = [0, 0] as const;
	const sides = [none, [top, below], [left, right], none] as const;
	const whole = pad(graph, x, sides);
	const [batch = 0, height = 0, width = 0, channels = 0] = whole.shape;
	const block = graph.channelBlock;
	// The images as channels of one image, which are put in blocks in less time than any axes are moved.
	const inBlocks = blockNode(
		graph,
		"ReorderInput",
		[graph.reshape(whole, [1, batch, height * width, channels])],
		{ shape: [1, batch, height * width, channels], attributes: {} },
	);
	const split = [batch / block, height * width, channels, block];
	const byPixel = graph.reshape(inBlocks, split);
	const moved = transpose(graph, byPixel, [2, 0, 1, 3]);
	return graph.reshape(moved, [channels, batch, height, width]);
}

/** The errors as a filter: `[block of outputs, block of images, pixel, image of block, output of block]`. */
function errorsInBlocks(graph: Graph, dy: Value): Value {
	const [batch = 0, height = 0, width = 0, outer = 0] = dy.shape;
	const block = graph.channelBlock;
	const split = [batch / block, block, height * width, outer / block, block];
	const moved = transpose(graph, graph.reshape(dy, split), [3, 0, 2, 1, 4]);
	return graph.reshape(moved, [outer, batch, height, width]);
}

/**
 * The gradient of a convolution with respect to its filter, itself a convolution: images and channels change places, the
 * errors are the filter, and a tap is where it lies.
 */
export function filterGradientInBlocks(
	graph: Graph,
	x: Value,
	dy: Value,
	w: Window,
): Value {
	const channels = x.shape[3] as number;
	const outer = dy.shape[3] as number;
	const { kernelHeight, kernelWidth } = w;
	const inputs = [imagesInBlocks(graph, x, w), errorsInBlocks(graph, dy)];
	const taps = blockNode(graph, "Conv", inputs, {
		shape: [channels, outer, kernelHeight, kernelWidth],
		attributes: {
			kernel_shape: [w.outHeight, w.outWidth],
			strides: [w.dilationHeight, w.dilationWidth],
			dilations: [w.strideHeight, w.strideWidth],
			pads: [0, 0, 0, 0],
			group: 1,
		},
	});
	const gradient = blockNode(graph, "ReorderOutput", [taps], {
		shape: [channels, kernelHeight, kernelWidth, outer],
		attributes: { channels: outer, channels_last: 1 },
	});
	return transpose(graph, gradient, [1, 2, 0, 3]);
}
