import type { Graph, Value } from "../graph.js";
import { gather } from "../moves.js";
import { matMul } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

interface Sampling {
	readonly alignCorners: boolean;
	readonly halfPixelCenters: boolean;
}

function scaleOf(from: number, to: number, alignCorners: boolean): number {
	return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** The matrix `[to, from]` that interpolates one axis linearly. */
function interpolation(
	from: number,
	to: number,
	{ alignCorners, halfPixelCenters }: Sampling,
): Float32Array {
	const matrix = new Float32Array(to * from);
	const scale = scaleOf(from, to, alignCorners);
	for (let row = 0; row < to; row++) {
		const source = halfPixelCenters ? scale * (row + 0.5) - 0.5 : scale * row;
		const low = Math.max(0, Math.floor(source));
		const high = Math.min(from - 1, Math.max(0, Math.ceil(source)));
		const share = Math.max(0, source - low);
		const at = row * from;
		matrix[at + low] = (matrix[at + low] as number) + 1 - share;
		matrix[at + high] = (matrix[at + high] as number) + share;
	}
	return matrix;
}

function nearest(
	from: number,
	to: number,
	{ alignCorners, halfPixelCenters }: Sampling,
): Int32Array {
	const scale = scaleOf(from, to, alignCorners);
	return Int32Array.from({ length: to }, (_, row) => {
		const source = scale * (halfPixelCenters ? row + 0.5 : row);
		return Math.max(
			0,
			Math.min(
				from - 1,
				alignCorners ? Math.round(source) : Math.floor(source),
			),
		);
	});
}

function picking(from: number, to: number, sampling: Sampling): Float32Array {
	const matrix = new Float32Array(to * from);
	nearest(from, to, sampling).forEach((source, row) => {
		matrix[row * from + source] = 1;
	});
	return matrix;
}

type AxisMatrix = typeof interpolation;

/** Applies a matrix along the rows and one along the columns of `[batch, height, width, channels]`. */
function separable(
	graph: Graph,
	x: Value,
	rows: Value,
	columns: Value,
	transposed: boolean,
): Value {
	const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
	const outHeight = rows.shape[transposed ? 1 : 0] as number;
	const outWidth = columns.shape[transposed ? 1 : 0] as number;
	const options = { transposeA: transposed };
	const wide = graph.reshape(x, [batch, height, width * channels]);
	const tall = isIdentity(rows) ? wide : matMul(graph, rows, wide, options);
	const lines = graph.reshape(tall, [batch * outHeight, width, channels]);
	const y = isIdentity(columns)
		? lines
		: matMul(graph, columns, lines, options);
	return graph.reshape(y, [batch, outHeight, outWidth, channels]);
}

function isIdentity({ shape, data }: Value): boolean {
	const [rows = 0, columns = 0] = shape;
	if (rows !== columns || !data) return false;
	for (let i = 0; i < rows; i++) if (data[i * columns + i] !== 1) return false;
	return true;
}

function matrices(
	graph: Graph,
	from: readonly number[],
	to: readonly number[],
	make: AxisMatrix,
	sampling: Sampling,
): [Value, Value] {
	const [, height = 0, width = 0] = from;
	const [outHeight = 0, outWidth = 0] = to;
	return [
		graph.constant(
			make(height, outHeight, sampling),
			[outHeight, height],
			"float32",
		),
		graph.constant(
			make(width, outWidth, sampling),
			[outWidth, width],
			"float32",
		),
	];
}

const sampling = (attributes: Record<string, unknown>): Sampling => ({
	alignCorners: Boolean(attributes.alignCorners),
	halfPixelCenters: Boolean(attributes.halfPixelCenters),
});

const resizeBilinear: Lowering = (graph, { images }, attributes) => {
	if (images?.dtype !== "float32") return undefined;
	const size = attributes.size as number[];
	const [rows, columns] = matrices(
		graph,
		images.shape,
		size,
		interpolation,
		sampling(attributes),
	);
	return separable(graph, images, rows, columns, false);
};

const resizeNearest: Lowering = (graph, { images }, attributes) => {
	if (!images || images.dtype === "bool") return undefined;
	const [outHeight = 0, outWidth = 0] = attributes.size as number[];
	const [, height = 0, width = 0] = images.shape;
	const rows = nearest(height, outHeight, sampling(attributes));
	const columns = nearest(width, outWidth, sampling(attributes));
	const tall = gather(
		graph,
		images,
		graph.constant(rows, [outHeight], "int32"),
		1,
	);
	return gather(graph, tall, graph.constant(columns, [outWidth], "int32"), 2);
};

const resizeGradient =
	(make: AxisMatrix): Lowering =>
	(graph, { dy, images }, attributes) => {
		if (dy?.dtype !== "float32" || !images) return undefined;
		const size = dy.shape.slice(1, 3);
		const [rows, columns] = matrices(
			graph,
			images.shape,
			size,
			make,
			sampling(attributes),
		);
		return separable(graph, dy, rows, columns, true);
	};

/** Image resizing, linear as two small matrix products, and its gradients. */
export const resizes: LoweringTable = {
	ResizeBilinear: resizeBilinear,
	ResizeBilinearGrad: resizeGradient(interpolation),
	ResizeNearestNeighbor: resizeNearest,
	ResizeNearestNeighborGrad: resizeGradient(picking),
};
