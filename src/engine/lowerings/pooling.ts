import { backend_util } from "@tensorflow/tfjs";
import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { binary, concat, gather, reduce, transpose } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";
import {
	inPixels,
	outPixels,
	pads,
	pixelOfTap,
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

const pool =
	(op: "MaxPool" | "AveragePool"): Lowering =>
	(graph, { x }, attributes) => {
		if (x?.dtype !== "float32") return undefined;
		const w = geometry(x.shape, attributes);
		const shape = [w.batch, x.shape[3] as number, w.outHeight, w.outWidth];
		const y = single(
			graph,
			op,
			[transpose(graph, x, [0, 3, 1, 2])],
			{ shape, dtype: x.dtype },
			{
				attributes: {
					kernel_shape: [w.kernelHeight, w.kernelWidth],
					strides: [w.strideHeight, w.strideWidth],
					pads: pads(w).map((length) => Math.max(length, 0)),
				},
			},
		);
		return transpose(graph, y, [0, 2, 3, 1]);
	};

/** For each pixel, the sum of one row of each window that sees it; the last row is zero. */
function sumOfWindows(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	count: number,
): Value {
	const width = table.length / count;
	const seen = gather(
		graph,
		rows,
		graph.constant(table, [count, width], "int32"),
		0,
		false,
	);
	return width === 1 ? seen : reduce(graph, "ReduceSum", seen, [1]);
}

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
	const sum = sumOfWindows(
		graph,
		concat(graph, [rows, zero], 0),
		windowsOfPixel(w),
		inPixels(w),
	);
	return graph.reshape(sum, input.shape);
};

/** The gradient goes to the first largest pixel of each window, as in TensorFlow and PyTorch. */
const maxPoolGradient: Lowering = (graph, { dy, input }, attributes) => {
	if (dy?.dtype !== "float32" || input?.dtype !== "float32") return undefined;
	const w = geometry(input.shape, attributes);
	const channels = input.shape[3] as number;
	const pooled = [w.batch, channels, w.outHeight, w.outWidth];
	const [, positions] = graph.node(
		"MaxPool",
		[transpose(graph, input, [0, 3, 1, 2])],
		[
			{ shape: pooled, dtype: "float32" },
			{ shape: pooled, dtype: "int64" },
		],
		{
			attributes: {
				kernel_shape: [w.kernelHeight, w.kernelWidth],
				strides: [w.strideHeight, w.strideWidth],
				pads: pads(w).map((length) => Math.max(length, 0)),
			},
		},
	);
	const size = sizeOf(input.shape);
	const count = sizeOf(pooled);
	const errors = graph.reshape(transpose(graph, dy, [0, 3, 1, 2]), [count]);
	const zeros = graph.constant(new Float32Array(size), [size], "float32");
	const flat = single(
		graph,
		"ScatterElements",
		[zeros, graph.reshape(positions as Value, [count]), errors],
		{ shape: [size], dtype: "float32" },
		{ attributes: { axis: 0, reduction: "add" } },
	);
	const [batch = 0, height = 0, width = 0] = input.shape;
	return transpose(
		graph,
		graph.reshape(flat, [batch, channels, height, width]),
		[0, 2, 3, 1],
	);
};

/** Pooling and its gradients. */
export const poolings: LoweringTable = {
	AvgPool: pool("AveragePool"),
	AvgPoolGrad: averagePoolGradient,
	MaxPool: pool("MaxPool"),
	MaxPoolGrad: maxPoolGradient,
};
