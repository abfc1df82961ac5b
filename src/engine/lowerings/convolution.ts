import type { Graph, Value } from "../graph.js";
import { concat } from "../moves.js";
import { binary, matMul, transpose } from "../ops.js";
import {
	convolveInBlocks,
	fitsBlocks,
	gradientFitsBlocks,
	inputGradientInBlocks,
} from "./blocked.js";
import {
	convolveChannelsFirst,
	fused,
	geometry,
	spread,
} from "./channels-first.js";
import { filterGradient } from "./filter-gradient.js";
import {
	convolveGroups,
	filterGradientOfGroups,
	inputGradientOfGroups,
} from "./grouped.js";
import type { Lowering, LoweringTable } from "./lowering.js";
import { gatheredParts, pixels, sumsOfRows, withZeroRow } from "./patches.js";
import {
	inPixels,
	isPointwise,
	outPixels,
	pixelOfTap,
	taps,
	tapsOfPixel,
	type Window,
	windowOfPixelAndTap,
} from "./window.js";

// Gathering pixels of fewer channels than this moves too little at a time.
const fewChannels = 16;
// The shares of all windows in all pixels are written out only up to this size.
const mostShareBytes = 2 ** 28;

const oihw = [3, 2, 0, 1];

/** `y[n, h, w, o] = sum x[n, h', w', i] filter[kh, kw, i, o]`. */
function convolve(graph: Graph, x: Value, filter: Value, w: Window): Value {
	const [, , inner = 0, outer = 0] = filter.shape;
	const shape = [w.batch, w.outHeight, w.outWidth, outer];
	if (graph.traced && filter.data) {
		// A constant filter lets ONNX Runtime fold batch norm into it and choose its own layout.
		return convolveChannelsFirst(graph, x, transpose(graph, filter, oihw), w);
	}
	if (isPointwise(w)) {
		return graph.reshape(
			matMul(graph, pixels(graph, x), graph.reshape(filter, [inner, outer])),
			shape,
		);
	}
	if (fitsBlocks(graph, filter, w))
		return convolveInBlocks(graph, x, filter, w);
	if (inner < fewChannels)
		return convolveChannelsFirst(graph, x, transpose(graph, filter, oihw), w);
	const matrix = graph.reshape(filter, [taps(w) * inner, outer]);
	const parts: Value[] = [];
	for (const { part } of gatheredParts(
		graph,
		pixels(graph, x),
		pixelOfTap(w),
		taps(w),
	)) {
		parts.push(matMul(graph, part, matrix));
	}
	return graph.reshape(concat(graph, parts, 0), shape);
}

/** The gradient of a convolution with respect to its input. */
function inputGradient(
	graph: Graph,
	dy: Value,
	filter: Value,
	w: Window,
): Value {
	if (dy.scaled) {
		const { of, by } = dy.scaled;
		return inputGradient(graph, of, binary(graph, "Mul", filter, by), w);
	}
	const [, , inner = 0, outer = 0] = filter.shape;
	const shape = [w.batch, w.inHeight, w.inWidth, inner];
	const rows = pixels(graph, dy);
	if (isPointwise(w)) {
		const matrix = graph.reshape(filter, [inner, outer]);
		return graph.reshape(
			matMul(graph, rows, matrix, { transposeB: true }),
			shape,
		);
	}
	if (gradientFitsBlocks(graph, filter, w))
		return inputGradientInBlocks(graph, dy, filter, w);
	if (w.strideHeight === 1 && w.strideWidth === 1 && outer >= fewChannels) {
		const byTap = graph.reshape(filter, [taps(w), inner, outer]);
		const matrix = graph.reshape(transpose(graph, byTap, [1, 0, 2]), [
			inner,
			taps(w) * outer,
		]);
		const parts: Value[] = [];
		for (const { part } of gatheredParts(
			graph,
			rows,
			windowOfPixelAndTap(w),
			taps(w),
		)) {
			parts.push(matMul(graph, part, matrix, { transposeB: true }));
		}
		return graph.reshape(concat(graph, parts, 0), shape);
	}
	if (
		outPixels(w) * taps(w) * inner * 4 > mostShareBytes ||
		outer < fewChannels
	) {
		return spread(graph, dy, transpose(graph, filter, oihw), w, 1);
	}
	// Each window's share of every pixel it saw, then for each pixel the sum of its shares.
	const matrix = graph.reshape(filter, [taps(w) * inner, outer]);
	const shares = matMul(graph, withZeroRow(graph, rows), matrix, {
		transposeB: true,
	});
	const perTap = graph.reshape(shares, [(outPixels(w) + 1) * taps(w), inner]);
	const table = tapsOfPixel(w);
	const sums = sumsOfRows(graph, perTap, table, table.length / inPixels(w));
	return graph.reshape(sums, shape);
}

// TensorFlow.js has no groups: a filter of fewer channels than the image, as nn/grouped-conv2d.ts gives it, says how many.
const groupsOf = (
	[, , , channels = 0]: readonly number[],
	[, , inner = 1]: readonly number[],
): number => channels / inner;

const conv2d: Lowering = (graph, { x, filter }, attributes) => {
	if (x?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const w = geometry(x.shape, filter.shape, attributes);
	const groups = groupsOf(x.shape, filter.shape);
	return groups === 1
		? convolve(graph, x, filter, w)
		: convolveGroups(graph, x, filter, w, groups);
};

const conv2dInputGradient: Lowering = (graph, { dy, filter }, attributes) => {
	if (dy?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const shape = attributes.inputShape as number[];
	const w = geometry(shape, filter.shape, attributes);
	const groups = groupsOf(shape, filter.shape);
	return groups === 1
		? inputGradient(graph, dy, filter, w)
		: inputGradientOfGroups(graph, dy, filter, w, groups);
};

const conv2dFilterGradient: Lowering = (graph, { x, dy }, attributes) => {
	if (x?.dtype !== "float32" || dy?.dtype !== "float32") return undefined;
	const shape = attributes.filterShape as number[];
	const w = geometry(x.shape, shape, attributes);
	const groups = groupsOf(x.shape, shape);
	return groups === 1
		? filterGradient(graph, x, dy, w, shape)
		: filterGradientOfGroups(graph, x, dy, w, groups);
};

/** Convolutions and their gradients. */
export const convolutions: LoweringTable = {
	Conv2D: conv2d,
	Conv2DBackpropFilter: conv2dFilterGradient,
	Conv2DBackpropInput: conv2dInputGradient,
	FusedConv2D: fused(conv2d),
};
