import { backend_util } from "@tensorflow/tfjs";
import { type Graph, single, type Value } from "../graph.js";
import { concat, gather } from "../moves.js";
import { binary, cast, scalar, transpose, unary, where } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";
import { fitsOverlappingSums, overlappingSums } from "./overlapping-sums.js";
import { sumsOfRows } from "./patches.js";
import {
	evenPads,
	inPixels,
	outPixels,
	pixelOfTap,
	pixelsByTap,
	tapMajorTapsOfPixel,
	taps,
	type Window,
	windowOf,
	windowsOfPixel,
} from "./window.js";

type Size4 = [number, number, number, number];

function geometry(
	shape: readonly number[],
	attributes: Record<string, unknown>,
): Window {
	const { filterSize, strides, pad, dimRoundingMode } = attributes as {
		filterSize: number | [number, number];
		strides: number | [number, number];
		pad: "same" | "valid" | number;
		dimRoundingMode?: "floor" | "round" | "ceil";
	};
	return windowOf(
		backend_util.computePool2DInfo(
			shape as Size4,
			filterSize,
			strides,
			1,
			pad,
			dimRoundingMode,
		),
	);
}

const nchw = [0, 3, 1, 2];
const nhwc = [0, 2, 3, 1];

/** Pools `[batch, channels, height, width]`. */
function pool(
	graph: Graph,
	op: "MaxPool" | "AveragePool",
	x: Value,
	w: Window,
): Value {
	const shape = [w.batch, x.shape[1] as number, w.outHeight, w.outWidth];
	return single(
		graph,
		op,
		[x],
		{ shape, dtype: x.dtype },
		{
			attributes: {
				kernel_shape: [w.kernelHeight, w.kernelWidth],
				strides: [w.strideHeight, w.strideWidth],
				pads: evenPads(w),
			},
		},
	);
}

const averagePool: Lowering = (graph, { x }, attributes) => {
	if (x?.dtype !== "float32") return undefined;
	const w = geometry(x.shape, attributes);
	const y = pool(graph, "AveragePool", transpose(graph, x, nchw), w);
	return transpose(graph, y, nhwc);
};

/**
 * The largest pixel of each window, or NaN where it sees one, which ONNX Runtime passes over, or both infinities: where
 * the mean is none. Marks of each pixel would cost a pass over all of them.
 */
const maxPool: Lowering = (graph, { x }, attributes) => {
	if (x?.dtype !== "float32") return undefined;
	const w = geometry(x.shape, attributes);
	// As it stands, so that the mean needs no transposition of its own.
	const { transposed: _, ...images } = transpose(graph, x, nchw);
	const mean = pool(graph, "AveragePool", images, w);
	const seen = unary(graph, "IsNaN", mean, { dtype: "bool" });
	const y = pool(graph, "MaxPool", images, w);
	const largest = where(graph, seen, scalar(graph, Number.NaN), y);
	return transpose(graph, largest, nhwc);
};

const averagePoolGradient: Lowering = (graph, { dy, input }, attributes) => {
	if (dy?.dtype !== "float32" || !input) return undefined;
	const w = geometry(input.shape, attributes);
	const channels = input.shape[3] as number;
	const table = pixelOfTap(w);
	const inverseCounts = new Float32Array(outPixels(w));
	for (let out = 0; out < inverseCounts.length; out++) {
		let count = 0;
		for (let tap = 0; tap < taps(w); tap++) {
			if (table[out * taps(w) + tap] !== inPixels(w)) count++;
		}
		inverseCounts[out] = 1 / count;
	}
	const factor = graph.constant(inverseCounts, [outPixels(w), 1], "float32");
	const rows = binary(
		graph,
		"Mul",
		graph.reshape(dy, [outPixels(w), channels]),
		factor,
	);
	const zero = graph.constant(
		new Float32Array(channels),
		[1, channels],
		"float32",
	);
	const seeing = windowsOfPixel(w);
	const sum = sumsOfRows(
		graph,
		concat(graph, [rows, zero], 0),
		seeing,
		seeing.length / inPixels(w),
	);
	return graph.reshape(sum, input.shape);
};

/**
 * The gradient goes to the first largest pixel of each window, as in TensorFlow and PyTorch: tap after
 * tap takes what is left of it, if the tap holds the largest pixel.
 */
const maxPoolGradient: Lowering = (
	graph,
	{ dy, input, output },
	attributes,
) => {
	if (dy?.dtype !== "float32" || input?.dtype !== "float32" || !output)
		return undefined;
	const w = geometry(input.shape, attributes);
	const channels = input.shape[3] as number;
	const windows = outPixels(w);
	const row = (value: number) =>
		graph.constant(
			new Float32Array(channels).fill(value),
			[1, channels],
			"float32",
		);
	const pixels = graph.reshape(input, [inPixels(w), channels]);
	const source = concat(graph, [pixels, row(-Infinity)], 0);
	const largest = graph.reshape(output, [windows, channels]);
	let left = graph.reshape(dy, [windows, channels]);
	const shares: Value[] = [];
	for (const table of pixelsByTap(w).slice(0, -1)) {
		const seen = gather(
			graph,
			source,
			graph.constant(table, [windows], "int32"),
			0,
			false,
		);
		const hit = cast(
			graph,
			binary(graph, "Equal", seen, largest, "bool"),
			"float32",
		);
		const share = binary(graph, "Mul", hit, left);
		left = binary(graph, "Sub", left, share);
		shares.push(share);
	}
	if (fitsOverlappingSums(w)) {
		const maps = [...shares, left].map((x) => graph.reshape(x, dy.shape));
		return overlappingSums(graph, maps, w);
	}
	const rows = concat(graph, [...shares, left, row(0)], 0);
	const seeing = tapMajorTapsOfPixel(w);
	const sum = sumsOfRows(graph, rows, seeing, seeing.length / inPixels(w));
	return graph.reshape(sum, input.shape);
};

/** Pooling and its gradients. */
export const poolings: LoweringTable = {
	AvgPool: averagePool,
	AvgPoolGrad: averagePoolGradient,
	MaxPool: maxPool,
	MaxPoolGrad: maxPoolGradient,
};
