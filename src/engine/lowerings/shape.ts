import { backend_util, slice_util, util } from "@tensorflow/tfjs";
import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { concat, gather, pad, slice } from "../moves.js";
import { integers, transpose } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

const reshape: Lowering = (graph, { x }, { shape }) =>
	x &&
	graph.reshape(
		x,
		util.inferFromImplicitShape(shape as number[], sizeOf(x.shape)),
	);

function withAxis(graph: Graph, value: Value, axis: number): Value {
	const at = axis < 0 ? value.shape.length + 1 + axis : axis;
	return graph.reshape(value, [
		...value.shape.slice(0, at),
		1,
		...value.shape.slice(at),
	]);
}

const expandDims: Lowering = (graph, { input }, { dim }) =>
	input && withAxis(graph, input, dim as number);

const transposeLowering: Lowering = (graph, { x }, { perm }) =>
	x && transpose(graph, x, perm as number[]);

const padLowering: Lowering = (graph, { x }, { paddings, constantValue }) =>
	x && x.dtype !== "bool"
		? pad(graph, x, paddings as [number, number][], {
				value: constantValue as number,
			})
		: undefined;

const mirrorPad: Lowering = (graph, { x }, { paddings, mode }) =>
	x?.dtype === "float32" && mode === "reflect"
		? pad(graph, x, paddings as [number, number][], { mode: "reflect" })
		: undefined;

const sliceLowering: Lowering = (graph, { x }, { begin, size }) => {
	if (!x) return undefined;
	// Only the shape is looked at.
	const shaped = { shape: x.shape } as Parameters<
		typeof slice_util.parseSliceParams
	>[0];
	const [start, extent] = slice_util.parseSliceParams(
		shaped,
		begin as number[],
		size as number[],
	);
	slice_util.assertParamsValid(shaped, start as number[], extent as number[]);
	return slice(graph, x, start as number[], extent as number[]);
};

const concatLowering: Lowering = (graph, inputs, { axis }) => {
	const all = Object.values(inputs);
	const [along] = util.parseAxisParam(axis as number, [
		...(all[0] as Value).shape,
	]);
	backend_util.assertParamsConsistent(
		all.map(({ shape }) => [...shape]),
		along as number,
	);
	const values = all.filter(({ shape }) => sizeOf(shape) > 0);
	return values.length > 0 ? concat(graph, values, along as number) : undefined;
};

const pack: Lowering = (graph, inputs, { axis }) => {
	const values = Object.values(inputs).map((value) =>
		withAxis(graph, value, axis as number),
	);
	const first = values[0] as Value;
	const at =
		(axis as number) < 0
			? first.shape.length + (axis as number)
			: (axis as number);
	return concat(graph, values, at);
};

const unpack: Lowering = (graph, { value }, { axis }) => {
	if (!value) return undefined;
	const [along] = util.parseAxisParam(axis as number, [...value.shape]);
	const rest = value.shape.filter((_, i) => i !== along);
	const size = value.shape.map((length, i) => (i === along ? 1 : length));
	return Array.from(
		{ length: value.shape[along as number] as number },
		(_, index) => {
			const begin = value.shape.map((_, i) => (i === along ? index : 0));
			return graph.reshape(slice(graph, value, begin, size), rest);
		},
	);
};

const split: Lowering = (graph, { x }, { numOrSizeSplits, axis }) => {
	if (!x) return undefined;
	const [along] = util.parseAxisParam(axis as number, [...x.shape]);
	const shaped = { shape: x.shape } as Parameters<
		typeof backend_util.prepareSplitSize
	>[0];
	const sizes = backend_util.prepareSplitSize(
		shaped,
		numOrSizeSplits as number[],
		along as number,
	);
	const begin = x.shape.map(() => 0);
	return sizes.map((length) => {
		const part = slice(
			graph,
			x,
			begin,
			x.shape.map((full, i) => (i === along ? length : full)),
		);
		begin[along as number] = (begin[along as number] as number) + length;
		return part;
	});
};

const stridedSlice: Lowering = (graph, { x }, attributes) => {
	if (!x) return undefined;
	const a = attributes as unknown as Record<string, number> &
		Record<"begin" | "end" | "strides", number[]>;
	const info = slice_util.sliceInfo(
		[...x.shape],
		a.begin,
		a.end,
		a.strides,
		a.beginMask as number,
		a.endMask as number,
		a.ellipsisMask as number,
		a.newAxisMask as number,
		a.shrinkAxisMask as number,
	);
	const { begin, strides, finalShape } = info;
	const size = slice_util.computeOutShape(begin, info.end, strides);
	if (size.some((length) => length <= 0)) {
		const none = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
		const { dtype } = x;
		return graph.constant(new none[dtype as "float32"](0), finalShape, dtype);
	}
	// Steps of one are sliced, all others picked by index.
	let y = slice(
		graph,
		x,
		begin.map((at, axis) => (strides[axis] === 1 ? at : 0)),
		size.map((n, axis) =>
			strides[axis] === 1 ? n : (x.shape[axis] as number),
		),
	);
	strides.forEach((stride, axis) => {
		if (stride === 1) return;
		const count = size[axis] as number;
		const picked = Int32Array.from(
			{ length: count },
			(_, i) => (begin[axis] as number) + i * stride,
		);
		y = gather(graph, y, graph.constant(picked, [count], "int32"), axis);
	});
	return graph.reshape(y, finalShape);
};

const tile: Lowering = (graph, { x }, { reps }) => {
	if (!x) return undefined;
	const shape = x.shape.map(
		(length, axis) => length * ((reps as number[])[axis] as number),
	);
	return single(graph, "Tile", [x, integers(graph, reps as number[])], {
		shape,
		dtype: x.dtype,
	});
};

const reverse: Lowering = (graph, { x }, { dims }) => {
	if (!x || x.dtype === "bool") return undefined;
	const axes = util.parseAxisParam(dims as number[], [...x.shape]);
	if (axes.length === 0) return x;
	const starts = axes.map(() => -1);
	const ends = axes.map(() => -1_000_000_000);
	const inputs = [
		x,
		integers(graph, starts),
		integers(graph, ends),
		integers(graph, axes),
		integers(graph, starts),
	];
	return single(graph, "Slice", inputs, x);
};

/** Kernels that move elements without changing them. */
export const shapes: LoweringTable = {
	Concat: concatLowering,
	ExpandDims: expandDims,
	Identity: (_, { x }) => x,
	MirrorPad: mirrorPad,
	Pack: pack,
	PadV2: padLowering,
	Reshape: reshape,
	Reverse: reverse,
	Slice: sliceLowering,
	SplitV: split,
	StridedSlice: stridedSlice,
	Tile: tile,
	Transpose: transposeLowering,
	Unpack: unpack,
};
