import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { gather, slice } from "../moves.js";
import type { DType } from "../onnx.js";
import { binary, cast, scalar, where } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

/**
 * Indices that are all in range: those that are known are checked at once; of the others, negative ones,
 * which ONNX would count from the end, become ones that it refuses when it runs.
 *
 * `limits` are the lengths of the axes that the last axis of the indices names, or the one of the axis.
 */
function inRange(
	graph: Graph,
	indices: Value,
	limits: readonly number[],
): Value {
	const { data } = indices;
	if (data) {
		data.forEach((index: number | bigint, i: number) => {
			const limit = limits[i % limits.length] as number;
			if (index >= 0 && index < limit) return;
			throw new Error(
				`the index ${index} is out of range: the axis has the indices 0 to ${limit - 1}`,
			);
		});
		return indices;
	}
	const zero = scalar(graph, 0, "int32");
	const isNegative = binary(graph, "Less", indices, zero, "bool");
	const outside = scalar(graph, 2 ** 31 - 1, "int32");
	return where(graph, isNegative, outside, indices);
}

const gatherV2: Lowering = (graph, { x, indices }, { axis, batchDims }) => {
	if (!x || indices?.dtype !== "int32" || (batchDims ?? 0) !== 0)
		return undefined;
	const rank = x.shape.length;
	const along =
		(axis as number) < 0 ? (axis as number) + rank : (axis as number);
	const limit = x.shape[along] as number;
	return gather(graph, x, inRange(graph, indices, [limit]), along);
};

const gatherNd: Lowering = (graph, { params, indices }) => {
	if (!params || indices?.dtype !== "int32") return undefined;
	const depth = indices.shape.at(-1) as number;
	const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
	const known = inRange(graph, indices, params.shape.slice(0, depth));
	const inputs = [params, cast(graph, known, "int64")];
	return single(graph, "GatherND", inputs, { shape, dtype: params.dtype });
};

function zeros(graph: Graph, shape: readonly number[], dtype: DType): Value {
	const size = sizeOf(shape);
	return graph.constant(
		dtype === "int32" ? new Int32Array(size) : new Float32Array(size),
		shape,
		dtype,
	);
}

/** Adds slices to zeros at the places that the last axis of the indices names. */
function scatterAdd(
	graph: Graph,
	indices: Value,
	updates: Value,
	shape: readonly number[],
): Value {
	const inputs = [
		zeros(graph, shape, updates.dtype),
		cast(graph, indices, "int64"),
		updates,
	];
	return single(
		graph,
		"ScatterND",
		inputs,
		{ shape, dtype: updates.dtype },
		{
			attributes: { reduction: "add" },
		},
	);
}

const scatterNd: Lowering = (graph, { indices, updates }, { shape }) => {
	if (!updates || updates.dtype === "bool" || indices?.dtype !== "int32")
		return undefined;
	const into = shape as number[];
	const limits = into.slice(0, indices.shape.at(-1));
	const known = inRange(graph, indices, limits);
	return scatterAdd(graph, known, updates, into);
};

const scatterUpdate: Lowering = (graph, { tensor, indices, updates }) => {
	if (!tensor || !updates || indices?.dtype !== "int32") return undefined;
	const limits = tensor.shape.slice(0, indices.shape.at(-1));
	const known = inRange(graph, indices, limits);
	const inputs = [tensor, cast(graph, known, "int64"), updates];
	return single(graph, "ScatterND", inputs, tensor);
};

/** Sums rows by segment; ids outside the segments are dropped, through one row more than asked for. */
const segmentSum: Lowering = (graph, { x, segmentIds }, { numSegments }) => {
	if (!x || x.dtype === "bool" || segmentIds?.dtype !== "int32")
		return undefined;
	const count = numSegments as number;
	const outside = scalar(graph, count, "int32");
	const negative = binary(
		graph,
		"Less",
		segmentIds,
		scalar(graph, 0, "int32"),
		"bool",
	);
	const ids = binary(
		graph,
		"Min",
		where(graph, negative, outside, segmentIds),
		outside,
	);
	const rest = x.shape.slice(segmentIds.shape.length);
	const shape = [count + 1, ...rest];
	const sums = scatterAdd(
		graph,
		graph.reshape(ids, [...segmentIds.shape, 1]),
		x,
		shape,
	);
	return slice(
		graph,
		sums,
		shape.map(() => 0),
		[count, ...rest],
	);
};

const oneHot: Lowering = (
	graph,
	{ indices },
	{ depth, onValue, offValue, dtype },
) => {
	if (
		indices?.dtype !== "int32" ||
		!["float32", "int32"].includes(dtype as string)
	)
		return undefined;
	const count = depth as number;
	const classes = graph.constant(
		Int32Array.from({ length: count }, (_, i) => i),
		[count],
		"int32",
	);
	const column = graph.reshape(indices, [...indices.shape, 1]);
	const hit = binary(graph, "Equal", column, classes, "bool");
	const type = dtype as DType;
	return where(
		graph,
		hit,
		scalar(graph, onValue as number, type),
		scalar(graph, offValue as number, type),
	);
};

/** Kernels that read or write at indices. */
export const indexings: LoweringTable = {
	GatherNd: gatherNd,
	GatherV2: gatherV2,
	OneHot: oneHot,
	ScatterNd: scatterNd,
	TensorScatterUpdate: scatterUpdate,
	UnsortedSegmentSum: segmentSum,
};
