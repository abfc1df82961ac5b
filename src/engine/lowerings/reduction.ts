import { util } from "@tensorflow/tfjs";
import { type Graph, single, sizeOf, type Value } from "../graph.js";
import {
	binary,
	cast,
	reduce,
	scalar,
	transpose,
	unary,
	where,
} from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

interface ReductionAttributes {
	axis: number | number[];
	keepDims?: boolean;
}

const numbers = ["float32", "int32"];

const reduction =
	(op: string, dtypes: readonly string[], along = reduce): Lowering =>
	(graph, { x }, attributes) => {
		if (!x || !dtypes.includes(x.dtype)) return undefined;
		const { axis, keepDims } = attributes as unknown as ReductionAttributes;
		const axes = util.parseAxisParam(axis, [...x.shape]);
		const y = along(graph, op, x, axes);
		if (keepDims) return y;
		return graph.reshape(
			y,
			x.shape.filter((_, i) => !axes.includes(i)),
		);
	};

/** The largest or smallest, or NaN where there is one: ONNX Runtime forgets those that do not come first. */
const reduceExtreme: typeof reduce = (graph, op, x, axes) => {
	const y = reduce(graph, op, x, axes);
	if (x.dtype !== "float32" || axes.length === 0) return y;
	// Without signs, only a NaN makes the sum one.
	const sum = reduce(graph, "ReduceSum", unary(graph, "Abs", x), axes);
	return where(graph, unary(graph, "IsNaN", sum, { dtype: "bool" }), sum, y);
};

const extreme = (op: string): Lowering => reduction(op, numbers, reduceExtreme);

/** Any and All: the largest and the smallest of zeros and ones. */
const quantifier =
	(op: string): Lowering =>
	(graph, inputs, attributes) => {
		const x = cast(graph, inputs.x as Value, "int32");
		const result = reduction(op, ["int32"])(graph, { x }, attributes);
		return cast(graph, result as Value, "bool");
	};

const argument =
	(op: string): Lowering =>
	(graph, { x }, attributes) => {
		if (x?.dtype !== "float32") return undefined;
		const [axis] = util.parseAxisParam((attributes as { axis: number }).axis, [
			...x.shape,
		]) as [number];
		const shape = x.shape.filter((_, i) => i !== axis);
		const place = (name: string, of: Value): Value => {
			const output = { shape, dtype: "int64" } as const;
			const options = { attributes: { axis, keepdims: 0 } };
			return cast(graph, single(graph, name, [of], output, options), "int32");
		};
		// The first NaN is the one, as in NumPy and PyTorch; ONNX Runtime may pass over it.
		const isNan = unary(graph, "IsNaN", x, { dtype: "bool" });
		const marks = cast(graph, isNan, "float32");
		const any = graph.reshape(reduce(graph, "ReduceMax", marks, [axis]), shape);
		const hasNan = cast(graph, any, "bool");
		return where(graph, hasNan, place("ArgMax", marks), place(op, x));
	};

const softmax =
	(op: string): Lowering =>
	(graph, { logits }, { dim, axis }) => {
		if (logits?.dtype !== "float32") return undefined;
		const [along] = util.parseAxisParam((dim ?? axis) as number, [
			...logits.shape,
		]);
		return single(graph, op, [logits], logits, {
			attributes: { axis: along as number },
		});
	};

const cumulativeSum: Lowering = (graph, { x }, attributes) => {
	const { axis, exclusive, reverse } = attributes as Record<
		string,
		number | boolean
	>;
	if (!x || x.dtype === "bool") return undefined;
	const [along] = util.parseAxisParam(axis as number, [...x.shape]);
	return single(
		graph,
		"CumSum",
		[x, scalar(graph, along as number, "int32")],
		x,
		{
			attributes: { exclusive: Number(exclusive), reverse: Number(reverse) },
		},
	);
};

const largestFloat = 3.4028234663852886e38;

const topK: Lowering = (graph, { x }, { k, sorted }) => {
	if (x?.dtype !== "float32") return undefined;
	const shape = [...x.shape.slice(0, -1), k as number];
	// NaN comes before all numbers, as in PyTorch; ONNX Runtime puts it anywhere.
	const finite = binary(graph, "Min", x, scalar(graph, largestFloat));
	const isFirst = unary(graph, "IsNaN", x, { dtype: "bool" });
	const rank = where(graph, isFirst, scalar(graph, Infinity), finite);
	const count = graph.constant(
		BigInt64Array.of(BigInt(k as number)),
		[1],
		"int64",
	);
	const [, indices] = graph.node(
		"TopK",
		[rank, count],
		[
			{ shape, dtype: "float32" },
			{ shape, dtype: "int64" },
		],
		{ attributes: { axis: -1, largest: 1, sorted: Number(sorted) } },
	);
	const values = single(
		graph,
		"GatherElements",
		[x, indices as Value],
		{ shape, dtype: "float32" },
		{ attributes: { axis: -1 } },
	);
	return [values, cast(graph, indices as Value, "int32")];
};

// One number per channel, shaped to meet a tensor whose channels come last.
function perChannel(graph: Graph, x: Value): Value {
	return graph.reshape(x, [x.shape.at(-1) as number]);
}

/** `y = (x - mean) / sqrt(variance + epsilon) * scale + offset`, as one multiply and one add. */
const batchNorm: Lowering = (graph, inputs, { varianceEpsilon }) => {
	const { x, mean, variance, offset, scale } = inputs;
	if (
		!x ||
		!mean ||
		!variance ||
		[mean, variance].some(({ shape }) => sizeOf(shape) !== x.shape.at(-1))
	) {
		return undefined;
	}
	const channels = x.shape.at(-1) as number;
	const fill = (value: number) =>
		graph.constant(
			new Float32Array(channels).fill(value),
			[channels],
			"float32",
		);
	const gamma = scale ? perChannel(graph, scale) : fill(1);
	const beta = offset ? perChannel(graph, offset) : fill(0);
	const statistics = [
		gamma,
		beta,
		perChannel(graph, mean),
		perChannel(graph, variance),
	] as const;
	if (
		x.transposed &&
		x.shape.length === 4 &&
		statistics.every(({ data }) => data)
	) {
		const nchw = transpose(graph, x, [0, 3, 1, 2]);
		const y = single(graph, "BatchNormalization", [nchw, ...statistics], nchw, {
			attributes: { epsilon: { float: varianceEpsilon as number } },
		});
		return transpose(graph, y, [0, 2, 3, 1]);
	}
	const epsilon = scalar(graph, varianceEpsilon as number);
	const deviation = unary(
		graph,
		"Sqrt",
		binary(graph, "Add", statistics[3], epsilon),
	);
	const factor = binary(graph, "Div", gamma, deviation);
	const shift = binary(
		graph,
		"Sub",
		beta,
		binary(graph, "Mul", statistics[2], factor),
	);
	return binary(graph, "Add", binary(graph, "Mul", x, factor), shift);
};

/** Reductions, and the kernels built on them. */
export const reductions: LoweringTable = {
	All: quantifier("ReduceMin"),
	Any: quantifier("ReduceMax"),
	ArgMax: argument("ArgMax"),
	ArgMin: argument("ArgMin"),
	Cumsum: cumulativeSum,
	FusedBatchNorm: batchNorm,
	LogSoftmax: softmax("LogSoftmax"),
	Max: (graph, inputs, { reductionIndices, keepDims }) =>
		extreme("ReduceMax")(graph, inputs, {
			axis: reductionIndices,
			keepDims,
		}),
	Mean: reduction("ReduceMean", ["float32"]),
	Min: extreme("ReduceMin"),
	Prod: reduction("ReduceProd", ["float32"]),
	Softmax: softmax("Softmax"),
	Sum: reduction("ReduceSum", numbers),
	TopK: topK,
};
