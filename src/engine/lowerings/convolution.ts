import { backend_util } from "@tensorflow/tfjs";
import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { binary, concat, gather, matMul, reduce, transpose } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";
import { activate } from "./matrix.js";
import {
	inPixels,
	isPointwise,
	outPixels,
	pads,
	pixelOfTap,
	taps,
	tapsOfPixel,
	type Window,
	windowOf,
	windowOfPixelAndTap,
} from "./window.js";

// Patches are gathered a part at a time, so that they stay near the processor and memory stays small.
const partBytes = 2 ** 25;
// Gathering pixels of fewer channels than this moves too little at a time.
const fewChannels = 16;

const nchw = [0, 3, 1, 2];
const nhwc = [0, 2, 3, 1];
const oihw = [3, 2, 0, 1];

type Size4 = [number, number, number, number];

function geometry(
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

const pixels = (graph: Graph, x: Value): Value =>
	graph.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1) as number]);

function withZeroRow(graph: Graph, rows: Value): Value {
	const width = rows.shape[1] as number;
	return concat(
		graph,
		[rows, graph.constant(new Float32Array(width), [1, width], "float32")],
		0,
	);
}

/** The rows that a table of indices names, `width` to a row, in parts of bounded size. */
function* gatheredParts(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	width: number,
): Generator<{ part: Value; begin: number; count: number }> {
	const channels = rows.shape[1] as number;
	const height = table.length / width;
	const parts = Math.ceil((table.length * channels * 4) / partBytes);
	const step = Math.ceil(height / parts);
	const source = table.includes(rows.shape[0] as number)
		? withZeroRow(graph, rows)
		: rows;
	for (let begin = 0; begin < height; begin += step) {
		const count = Math.min(step, height - begin);
		const index =
			count === height
				? table
				: table.subarray(begin * width, (begin + count) * width);
		const indices = graph.constant(index, [count, width], "int32");
		const part = gather(graph, source, indices, 0, false);
		yield {
			part: graph.reshape(part, [count, width * channels]),
			begin,
			count,
		};
	}
}

const spatial = (w: Window) => ({
	kernel_shape: [w.kernelHeight, w.kernelWidth],
	strides: [w.strideHeight, w.strideWidth],
	dilations: [w.dilationHeight, w.dilationWidth],
});

/** Convolution by ONNX's own operator, which wants the channels first. */
function convolveChannelsFirst(
	graph: Graph,
	x: Value,
	filter: Value,
	w: Window,
	group = 1,
): Value {
	const shape = [w.batch, filter.shape[0] as number, w.outHeight, w.outWidth];
	const [top = 0, left = 0, below = 0, right = 0] = pads(w);
	const attributes = {
		...spatial(w),
		pads: [top, left, Math.max(below, 0), Math.max(right, 0)],
		group,
	};
	const output = { shape, dtype: x.dtype };
	const y = single(graph, "Conv", [transpose(graph, x, nchw), filter], output, {
		attributes,
	});
	return transpose(graph, y, nhwc);
}

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
		outPixels(w) * taps(w) * inner * 4 > partBytes * 8 ||
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
	const width = table.length / inPixels(w);
	const index = graph.constant(table, [inPixels(w), width], "int32");
	const seen = gather(graph, perTap, index, 0, false);
	return graph.reshape(
		width === 1 ? seen : reduce(graph, "ReduceSum", seen, [1]),
		shape,
	);
}

/** Transposed convolution by ONNX's own operator; the filter is `[out, in / group, kh, kw]`. */
function spread(
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

/** The gradient of a convolution with respect to its filter. */
function filterGradient(
	graph: Graph,
	x: Value,
	dy: Value,
	w: Window,
	filterShape: readonly number[],
): Value {
	const rows = pixels(graph, x);
	const errors = pixels(graph, dy);
	if (isPointwise(w)) {
		return graph.reshape(
			matMul(graph, rows, errors, { transposeA: true }),
			filterShape,
		);
	}
	const outer = errors.shape[1] as number;
	let sum: Value | undefined;
	for (const { part, begin, count } of gatheredParts(
		graph,
		rows,
		pixelOfTap(w),
		taps(w),
	)) {
		const share = rowsOf(graph, errors, begin, count, outer);
		const product = matMul(graph, part, share, { transposeA: true });
		sum = sum ? binary(graph, "Add", sum, product) : product;
	}
	return graph.reshape(sum as Value, filterShape);
}

function rowsOf(
	graph: Graph,
	rows: Value,
	begin: number,
	count: number,
	width: number,
): Value {
	if (count === rows.shape[0]) return rows;
	const bound = (value: number) =>
		graph.constant(BigInt64Array.of(BigInt(value)), [1], "int64");
	return single(
		graph,
		"Slice",
		[rows, bound(begin), bound(begin + count), bound(0)],
		{
			shape: [count, width],
			dtype: rows.dtype,
		},
	);
}

const conv2d: Lowering = (graph, { x, filter }, attributes) => {
	if (x?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	return convolve(
		graph,
		x,
		filter,
		geometry(x.shape, filter.shape, attributes),
	);
};

const fusedConv2d: Lowering = (graph, inputs, attributes) => {
	const y = conv2d(graph, inputs, attributes) as Value | undefined;
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

const conv2dInputGradient: Lowering = (graph, { dy, filter }, attributes) => {
	if (dy?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const w = geometry(
		attributes.inputShape as number[],
		filter.shape,
		attributes,
	);
	return inputGradient(graph, dy, filter, w);
};

const conv2dFilterGradient: Lowering = (graph, { x, dy }, attributes) => {
	if (x?.dtype !== "float32" || dy?.dtype !== "float32") return undefined;
	const shape = attributes.filterShape as number[];
	return filterGradient(
		graph,
		x,
		dy,
		geometry(x.shape, shape, attributes),
		shape,
	);
};

// [kh, kw, channels, multiplier] as ONNX's [channels * multiplier, 1, kh, kw] of `channels` groups.
function depthwiseFilter(
	graph: Graph,
	filter: Value,
	perGroup: boolean,
): Value {
	const [height = 0, width = 0, channels = 0, multiplier = 0] = filter.shape;
	const moved = transpose(graph, filter, [2, 3, 0, 1]);
	return perGroup
		? graph.reshape(moved, [channels * multiplier, 1, height, width])
		: moved;
}

const depthwise: Lowering = (graph, { x, filter }, attributes) => {
	if (x?.dtype !== "float32" || filter?.dtype !== "float32") return undefined;
	const w = geometry(x.shape, filter.shape, attributes, true);
	const weights = depthwiseFilter(graph, filter, true);
	return convolveChannelsFirst(graph, x, weights, w, x.shape[3] as number);
};

const fusedDepthwise: Lowering = (graph, inputs, attributes) => {
	const y = depthwise(graph, inputs, attributes) as Value | undefined;
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
	const weights = depthwiseFilter(graph, filter, true);
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

/** Convolutions and their gradients. */
export const convolutions: LoweringTable = {
	Conv2D: conv2d,
	Conv2DBackpropFilter: conv2dFilterGradient,
	Conv2DBackpropInput: conv2dInputGradient,
	DepthwiseConv2dNative: depthwise,
	DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
	DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
	FusedConv2D: fusedConv2d,
	FusedDepthwiseConv2D: fusedDepthwise,
};
