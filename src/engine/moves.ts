import { type Graph, single, type Value } from "./graph.js";
import { integers, scalar } from "./ops.js";

type Shape = readonly number[];

/** The rows `x[index]` along an axis. */
export function gather(
	graph: Graph,
	x: Value,
	index: Value,
	axis: number,
	share = true,
): Value {
	const shape = [
		...x.shape.slice(0, axis),
		...index.shape,
		...x.shape.slice(axis + 1),
	];
	return single(
		graph,
		"Gather",
		[x, index],
		{ shape, dtype: x.dtype },
		{
			attributes: { axis },
			share,
		},
	);
}

export function concat(
	graph: Graph,
	values: readonly Value[],
	axis: number,
): Value {
	if (values.length === 1) return values[0] as Value;
	const first = values[0] as Value;
	const total = values.reduce(
		(sum, value) => sum + (value.shape[axis] as number),
		0,
	);
	const shape = first.shape.map((length, i) => (i === axis ? total : length));
	return single(
		graph,
		"Concat",
		values,
		{ shape, dtype: first.dtype },
		{ attributes: { axis } },
	);
}

/** `x[begin : begin + size : 1]` along every axis. */
export function slice(
	graph: Graph,
	x: Value,
	begin: Shape,
	size: Shape,
): Value {
	if (size.every((length, axis) => length === x.shape[axis])) return x;
	const axes = size
		.map((_, axis) => axis)
		.filter((axis) => size[axis] !== x.shape[axis]);
	const starts = axes.map((axis) => begin[axis] as number);
	const ends = axes.map(
		(axis) => (begin[axis] as number) + (size[axis] as number),
	);
	const inputs = [
		x,
		integers(graph, starts),
		integers(graph, ends),
		integers(graph, axes),
	];
	return single(graph, "Slice", inputs, { shape: size, dtype: x.dtype });
}

/** Pads every axis with a constant; `paddings[axis] = [before, after]`, none negative. */
export function pad(
	graph: Graph,
	x: Value,
	paddings: readonly (readonly [number, number])[],
	{ value = 0, mode = "constant" } = {},
): Value {
	if (paddings.every(([before, after]) => before === 0 && after === 0))
		return x;
	const shape = x.shape.map((length, axis) => length + sizeSum(paddings[axis]));
	const amounts = [
		...paddings.map(([before]) => before),
		...paddings.map(([, after]) => after),
	];
	const fill = mode === "constant" ? scalar(graph, value, x.dtype) : undefined;
	return single(
		graph,
		"Pad",
		[x, integers(graph, amounts), fill],
		{ shape, dtype: x.dtype },
		{
			attributes: { mode },
		},
	);
}

const sizeSum = (padding: readonly [number, number] | undefined): number =>
	padding ? padding[0] + padding[1] : 0;

/** Repeats the axes of length 1 until the tensor has the shape. */
export function expand(graph: Graph, x: Value, shape: Shape): Value {
	if (
		shape.length === x.shape.length &&
		shape.every((length, axis) => length === x.shape[axis])
	) {
		return x;
	}
	return single(graph, "Expand", [x, integers(graph, shape)], {
		shape,
		dtype: x.dtype,
	});
}
