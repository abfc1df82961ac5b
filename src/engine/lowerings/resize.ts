import { type AxisTaps, tapsOf } from "../axis-taps.js";
import { type Graph, single, type Value } from "../graph.js";
import { concat, gather } from "../moves.js";
import { integers, matMul } from "../ops.js";
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

/** What each place of the middle axis of `[batch, to, inner]` reads, summed up. */
function readBack(graph: Graph, dy: Value, taps: AxisTaps): Value {
	const [batch = 0, to = 0, inner = 0] = dy.shape;
	const { places, weights, width } = taps;
	const from = places.length / width;
	if (from === to && places.every((place, i) => place === i)) return dy;
	const zeros = () =>
		graph.constant(
			new Float32Array(batch * inner),
			[batch, 1, inner],
			"float32",
		);
	const source = places.includes(to) ? concat(graph, [dy, zeros()], 1) : dy;
	const index = graph.constant(places, [from, width], "int32");
	const seen = gather(graph, source, index, 1, false);
	const shares = graph.constant(weights, [1, from, 1, width], "float32");
	return graph.reshape(matMul(graph, shares, seen), [batch, from, inner]);
}

const sampling = (attributes: Record<string, unknown>): Sampling => ({
	alignCorners: Boolean(attributes.alignCorners),
	halfPixelCenters: Boolean(attributes.halfPixelCenters),
});

const resizeBilinear: Lowering = (graph, { images }, attributes) => {
	if (images?.dtype !== "float32") return undefined;
	const [batch = 0, , , channels = 0] = images.shape;
	const shape = [batch, ...(attributes.size as number[]), channels];
	const { alignCorners, halfPixelCenters } = sampling(attributes);
	const centers = halfPixelCenters ? "half_pixel" : "asymmetric";
	const mode = alignCorners ? "align_corners" : centers;
	return single(
		graph,
		"Resize",
		[images, undefined, undefined, integers(graph, shape)],
		{ shape, dtype: images.dtype },
		{ attributes: { mode: "linear", coordinate_transformation_mode: mode } },
	);
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
		const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
		const [, tall = 0, wide = 0] = dy.shape;
		const readers = (from: number, to: number): AxisTaps => {
			const matrix = make(from, to, sampling(attributes));
			return tapsOf(matrix, [to, from], { transposed: true });
		};
		const lines = graph.reshape(dy, [batch, tall, wide * channels]);
		const rows = readBack(graph, lines, readers(height, tall));
		const split = graph.reshape(rows, [batch * height, wide, channels]);
		const pixels = readBack(graph, split, readers(width, wide));
		return graph.reshape(pixels, images.shape);
	};

/** Image resizing and its gradients; a NaN or an infinity stays with the pixels that read it. */
export const resizes: LoweringTable = {
	ResizeBilinear: resizeBilinear,
	ResizeBilinearGrad: resizeGradient(interpolation),
	ResizeNearestNeighbor: resizeNearest,
	ResizeNearestNeighborGrad: resizeGradient(picking),
};
