import { type Graph, single, sizeOf, type Value } from "./graph.js";
import type { Attribute, DType } from "./onnx.js";
import { inWideLines } from "./wide-lines.js";

type Shape = readonly number[];

/** The shape that two shapes broadcast to; throws where NumPy would. */
export function broadcastShape(a: Shape, b: Shape): number[] {
	const rank = Math.max(a.length, b.length);
	return Array.from({ length: rank }, (_, axis) => {
		const x = a[axis - rank + a.length] ?? 1;
		const y = b[axis - rank + b.length] ?? 1;
		if (x !== y && x !== 1 && y !== 1) {
			throw new Error(
				`shapes [${a}] and [${b}] do not broadcast: each axis, counted from the last, must be equal or 1`,
			);
		}
		return x === 1 ? y : x;
	});
}

/** A constant of one axis, as ONNX wants axes, shapes and pads. */
export function integers(graph: Graph, values: Shape): Value {
	return graph.constant(
		BigInt64Array.from(values, BigInt),
		[values.length],
		"int64",
	);
}

/** A constant without axes. */
export function scalar(
	graph: Graph,
	value: number,
	dtype: DType = "float32",
): Value {
	const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
	if (dtype === "int64")
		return graph.constant(BigInt64Array.of(BigInt(value)), [], dtype);
	return graph.constant(arrays[dtype].of(value), [], dtype);
}

const inverse = (permutation: Shape): number[] =>
	permutation.map((_, axis) => permutation.indexOf(axis));

/** `y[i, j, ...] = x` with its axes in the order of the permutation; two in a row cancel. */
export function transpose(graph: Graph, x: Value, permutation: Shape): Value {
	if (permutation.every((axis, i) => axis === i)) return x;
	if (x.transposed) {
		const inner = x.transposed;
		return transpose(
			graph,
			inner.of,
			permutation.map((axis) => inner.permutation[axis] as number),
		);
	}
	const shape = permutation.map((axis) => x.shape[axis] as number);
	const moved = permutation.filter((axis) => x.shape[axis] !== 1);
	if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number))) {
		return graph.reshape(x, shape);
	}
	const y = single(
		graph,
		"Transpose",
		[x],
		{ shape, dtype: x.dtype },
		{
			attributes: { perm: permutation },
		},
	);
	return graph.traced ? { ...y, transposed: { of: x, permutation } } : y;
}

/** An operator of one tensor, element by element; computed below a transposition, not above it. */
export function unary(
	graph: Graph,
	op: string,
	x: Value,
	{
		dtype = x.dtype,
		attributes = {} as Record<string, Attribute>,
		domain = "",
	} = {},
): Value {
	if (x.transposed) {
		const y = unary(graph, op, x.transposed.of, { dtype, attributes, domain });
		return transpose(graph, y, x.transposed.permutation);
	}
	return single(
		graph,
		op,
		[x],
		{ shape: x.shape, dtype },
		{ attributes, domain },
	);
}

// The operand as it must be shaped to meet a tensor whose axes have not been permuted yet.
function beneath(
	graph: Graph,
	x: Value,
	permutation: Shape,
): Value | undefined {
	if (sizeOf(x.shape) === 1) return graph.reshape(x, []);
	const same = x.transposed?.permutation;
	if (
		same &&
		same.length === permutation.length &&
		same.every((axis, i) => axis === permutation[i])
	) {
		return x.transposed?.of;
	}
	const full = [
		...Array(permutation.length - x.shape.length).fill(1),
		...x.shape,
	] as number[];
	if (full.filter((length) => length !== 1).length > 1) return undefined;
	return graph.reshape(
		x,
		inverse(permutation).map((axis) => full[axis] as number),
	);
}

/** An operator of two tensors with broadcasting, element by element. */
export function binary(
	graph: Graph,
	op: string,
	a: Value,
	b: Value,
	dtype: DType = a.dtype,
): Value {
	const outer = a.transposed ?? b.transposed;
	if (
		outer &&
		outer.permutation.length >= Math.max(a.shape.length, b.shape.length)
	) {
		const x = beneath(graph, a, outer.permutation);
		const y = beneath(graph, b, outer.permutation);
		if (x && y)
			return transpose(
				graph,
				binary(graph, op, x, y, dtype),
				outer.permutation,
			);
	}
	const shape = broadcastShape(a.shape, b.shape);
	const y =
		inWideLines(graph, op, [a, b], dtype) ??
		single(graph, op, [a, b], { shape, dtype });
	const perChannel =
		graph.traced &&
		op === "Mul" &&
		b.shape.length === 1 &&
		b.shape[0] === a.shape.at(-1);
	return perChannel ? { ...y, scaled: { of: a, by: b } } : y;
}

export function cast(graph: Graph, x: Value, dtype: DType): Value {
	if (x.dtype === dtype) return x;
	const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[dtype];
	return unary(graph, "Cast", x, { dtype, attributes: { to } });
}

/** `a · b` over the last two axes, either one transposed on the fly; leading axes broadcast. */
export function matMul(
	graph: Graph,
	a: Value,
	b: Value,
	{ transposeA = false, transposeB = false } = {},
): Value {
	const [rows, inner] = transposeA
		? [a.shape.at(-1), a.shape.at(-2)]
		: [a.shape.at(-2), a.shape.at(-1)];
	const [deep, columns] = transposeB
		? [b.shape.at(-1), b.shape.at(-2)]
		: [b.shape.at(-2), b.shape.at(-1)];
	if (inner !== deep) {
		throw new Error(
			`inner sizes ${inner} and ${deep} of [${a.shape}] and [${b.shape}] must be equal`,
		);
	}
	const leading = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
	const output = {
		shape: [...leading, rows as number, columns as number],
		dtype: a.dtype,
	};
	if (inner === 0) {
		// ONNX Runtime leaves in the result whatever was in its memory.
		const zeros = new Float32Array(sizeOf(output.shape));
		return graph.constant(zeros, output.shape, "float32");
	}
	if (!transposeA && !transposeB)
		return single(graph, "MatMul", [a, b], output);
	return single(graph, "FusedMatMul", [a, b], output, {
		domain: "com.microsoft",
		attributes: { transA: Number(transposeA), transB: Number(transposeB) },
	});
}

// A longer sum is one of the sums of its parts, which loses less precision, as pairwise summation does in
// NumPy and PyTorch, and runs on all threads. Along the last axis ONNX Runtime keeps several sums itself.
const rowsPerPart = 256;
const mostRows = 511;
const mostInOneLine = 2047;

/** The largest number of parts of equal length. */
function parts(rows: number): number {
	for (let count = Math.floor(rows / rowsPerPart); count > 1; count--) {
		if (rows % count === 0) return count;
	}
	return 1;
}

const isDivided = ([, rows = 0, inner = 0]: Shape): boolean =>
	rows > (inner === 1 ? mostInOneLine : mostRows);

/** Sums or averages the middle axis of `[outer, rows, inner]`, part by part. */
function reduceLong(graph: Graph, op: string, x: Value): Value {
	const [outer = 0, rows = 0, inner = 0] = x.shape;
	const output = { shape: [outer, 1, inner], dtype: x.dtype };
	if (!isDivided(x.shape))
		return single(graph, op, [x, integers(graph, [1])], output);
	const count = parts(rows);
	if (rows / count > 4 * rowsPerPart) {
		// No number of parts that are all of a length: the last ones stand apart.
		const rest = rows % rowsPerPart;
		const piece = (begin: number, end: number): Value => {
			const bounds = [[begin], [end], [1]].map((at) => integers(graph, at));
			const shape = [outer, end - begin, inner];
			const { dtype } = x;
			const some = single(graph, "Slice", [x, ...bounds], { shape, dtype });
			return reduceLong(graph, "ReduceSum", some);
		};
		const pieces = [piece(0, rows - rest), piece(rows - rest, rows)] as const;
		const sum = binary(graph, "Add", ...pieces);
		if (op === "ReduceSum") return sum;
		return binary(graph, "Div", sum, scalar(graph, rows, x.dtype));
	}
	const split = graph.reshape(x, [outer * count, rows / count, inner]);
	const partial = single(graph, op, [split, integers(graph, [1])], {
		shape: [outer * count, 1, inner],
		dtype: x.dtype,
	});
	return reduceLong(graph, op, graph.reshape(partial, [outer, count, inner]));
}

/** Reduces over some axes, which stay with length 1. */
export function reduce(graph: Graph, op: string, x: Value, axes: Shape): Value {
	if (axes.length === 0) return x;
	if (x.transposed) {
		const { of, permutation } = x.transposed;
		const y = reduce(
			graph,
			op,
			of,
			axes.map((axis) => permutation[axis] as number),
		);
		return transpose(graph, y, permutation);
	}
	const isSum = /^Reduce(Sum|Mean)$/.test(op);
	// The last of the stretches of neighboring axes that are reduced; each is by itself.
	const sorted = axes.toSorted((a, b) => a - b);
	const end = (sorted.at(-1) as number) + 1;
	let first = end - 1;
	while (axes.includes(first - 1)) first--;
	const sizes = [
		sizeOf(x.shape.slice(0, first)),
		sizeOf(x.shape.slice(first, end)),
		sizeOf(x.shape.slice(end)),
	] as const;
	const before = sorted.filter((axis) => axis < first);
	const total = axes.reduce((n, axis) => n * (x.shape[axis] as number), 1);
	const isLong = before.length > 0 ? total > mostRows : isDivided(sizes);
	const without = (gone: Shape): number[] =>
		x.shape.map((length, axis) => (gone.includes(axis) ? 1 : length));
	if (!isSum || !isLong) {
		const output = { shape: without(axes), dtype: x.dtype };
		return single(graph, op, [x, integers(graph, axes)], output);
	}
	const y = reduceLong(graph, op, graph.reshape(x, sizes));
	const kept = without(sorted.filter((axis) => axis >= first));
	return reduce(graph, op, graph.reshape(y, kept), before);
}

/** `condition ? a : b`, element by element with broadcasting. */
export function where(
	graph: Graph,
	condition: Value,
	a: Value,
	b: Value,
): Value {
	const shape = broadcastShape(
		condition.shape,
		broadcastShape(a.shape, b.shape),
	);
	return single(graph, "Where", [condition, a, b], { shape, dtype: a.dtype });
}
