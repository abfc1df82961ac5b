import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { concat, gather, pad, slice } from "../moves.js";
import { binary, reduce } from "../ops.js";
import { pixelOfTap, taps, type Window } from "./window.js";

// Patches are gathered a part at a time, so that memory stays small.
const partBytes = 2 ** 25;

/** Some of the rows of a matrix. */
export interface Rows {
	readonly begin: number;
	readonly count: number;
}

/** Rows in parts of bounded size, all but the last of one length, which `multiple` divides. */
export function rowParts(
	height: number,
	rowBytes: number,
	{ most = partBytes, multiple = 1 } = {},
): Rows[] {
	const parts = Math.max(1, Math.ceil((height * rowBytes) / most));
	const step = Math.ceil(height / parts / multiple) * multiple;
	return Array.from({ length: Math.ceil(height / step) }, (_, i) => ({
		begin: i * step,
		count: Math.min(step, height - i * step),
	}));
}

/** `[batch, height, width, channels]` as one row per pixel. */
export const pixels = (graph: Graph, x: Value): Value =>
	graph.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1) as number]);

/** The rows and, after the last, one of zeros. */
export function withZeroRow(graph: Graph, rows: Value): Value {
	const width = rows.shape[1] as number;
	return concat(
		graph,
		[rows, graph.constant(new Float32Array(width), [1, width], "float32")],
		0,
	);
}

// Layers of one size share their tables, and so what is taken from these.
const taken = new WeakMap<Int32Array, Map<string, Int32Array>>();

function once(
	table: Int32Array,
	key: string,
	make: () => Int32Array,
): Int32Array {
	const known = taken.get(table) ?? new Map<string, Int32Array>();
	taken.set(table, known);
	const made = known.get(key) ?? make();
	known.set(key, made);
	return made;
}

const partOf = (table: Int32Array, begin: number, end: number): Int32Array =>
	begin === 0 && end === table.length
		? table
		: once(table, `${begin} ${end}`, () => table.subarray(begin, end));

const columnsOf = (table: Int32Array, count: number): Int32Array[] =>
	Array.from({ length: count }, (_, i) =>
		count === 1
			? table
			: once(table, `${i} of ${count}`, () =>
					Int32Array.from(
						{ length: table.length / count },
						(_, line) => table[line * count + i] as number,
					),
				),
	);

// ONNX Runtime sums so many rows one after another, as single additions do in less time; more of them otherwise.
const mostAdded = 4;

/** For each line of a table of indices, the sum of the rows that it names, `count` to a line. */
export function sumsOfRows(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	count: number,
): Value {
	const lines = table.length / count;
	const gathered = (index: Int32Array, shape: readonly number[]): Value =>
		gather(graph, rows, graph.constant(index, shape, "int32"), 0, false);
	if (count > mostAdded)
		return reduce(graph, "ReduceSum", gathered(table, [lines, count]), [1]);
	return columnsOf(table, count)
		.map((column) => gathered(column, [lines]))
		.reduce((sum, column) => binary(graph, "Add", sum, column));
}

/** What each window of an image sees, a row of numbers for each. */
export interface Patches {
	readonly height: number;
	readonly width: number;
	/** The patches of some windows, `[count, width]`. */
	of(rows: Rows): Value;
}

/** Patches of the rows that a table of indices names, `count` to a patch; one index is that of a row of zeros. */
export function patchesOf(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	count: number,
): Patches {
	const [length, channels] = rows.shape as [number, number];
	const source = table.includes(length) ? withZeroRow(graph, rows) : rows;
	const width = count * channels;
	return {
		height: table.length / count,
		width,
		of({ begin, count: windows }) {
			const part = partOf(table, begin * count, (begin + windows) * count);
			const indices = graph.constant(part, [windows, count], "int32");
			const seen = gather(graph, source, indices, 0, false);
			return graph.reshape(seen, [windows, width]);
		},
	};
}

/** The rows that a table of indices names, `width` to a row, in parts of bounded size. */
export function* gatheredParts(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	width: number,
): Generator<{ part: Value; begin: number; count: number }> {
	const patches = patchesOf(graph, rows, table, width);
	for (const some of rowParts(patches.height, 4 * patches.width))
		yield { part: patches.of(some), ...some };
}

/** Patches with numbers amid them that a window does not see. */
export interface WidePatches extends Patches {
	/** How many numbers of a patch a window sees. */
	readonly seen: number;
	/** A matrix of one row per number of a patch, without those that no window sees. */
	without(matrix: Value): Value;
}

/** The patches of an image of few channels, of whole lines of each window, whose pixels stand together in memory. */
function patchesOfLines(graph: Graph, x: Value, w: Window): WidePatches {
	const { batch, inHeight, inWidth, outWidth, strideWidth: stride } = w;
	const channels = x.shape[3] as number;
	// Pixels in groups as wide as a step, of which each window begins with another one.
	const before = Math.ceil(w.left / stride) * stride;
	const skipped = before - w.left;
	const groups = Math.ceil((skipped + w.kernelWidth) / stride);
	const width = (outWidth - 1 + groups) * stride;
	const lines = batch * inHeight;
	const sides = [before, width - before - inWidth] as const;
	const none = [0, 0] as const;
	const image = graph.reshape(x, [lines, inWidth, channels]);
	const grouped = graph.reshape(pad(graph, image, [none, sides, none]), [
		lines,
		width / stride,
		stride * channels,
	]);
	const seenInLine = concat(
		graph,
		Array.from({ length: groups }, (_, i) => {
			const size = [lines, outWidth, stride * channels];
			return slice(graph, grouped, [0, i, 0], size);
		}),
		2,
	);
	const length = groups * stride * channels;
	const rows = graph.reshape(seenInLine, [lines * outWidth, length]);
	const alone = { inWidth: outWidth, kernelWidth: 1, strideWidth: 1, left: 0 };
	const patches = patchesOf(
		graph,
		rows,
		pixelOfTap({ ...w, ...alone }),
		w.kernelHeight,
	);
	return {
		...patches,
		seen: taps(w) * channels,
		without(matrix) {
			const [, columns = 0] = matrix.shape;
			const split = [w.kernelHeight, length, columns];
			const size = [w.kernelHeight, w.kernelWidth * channels, columns];
			const begin = [0, skipped * channels, 0];
			const own = slice(graph, graph.reshape(matrix, split), begin, size);
			return graph.reshape(own, [taps(w) * channels, columns]);
		},
	};
}

// Gathering pixels of fewer channels than this moves too little at a time.
const fewChannels = 16;

// Whether the last window reaches the end of its line, as it must to be taken from whole groups of pixels.
const reachesEnd = (w: Window): boolean => {
	const before = Math.ceil(w.left / w.strideWidth) * w.strideWidth;
	const groups = Math.ceil((before - w.left + w.kernelWidth) / w.strideWidth);
	return (w.outWidth - 1 + groups) * w.strideWidth >= before + w.inWidth;
};

/** What each window of an image `[batch, height, width, channels]` sees, taps in order, channels within. */
export function patchesOfImage(graph: Graph, x: Value, w: Window): WidePatches {
	const isFew = (x.shape[3] as number) < fewChannels;
	if (isFew && w.kernelWidth > 1 && w.dilationWidth === 1 && reachesEnd(w))
		return patchesOfLines(graph, x, w);
	const patches = patchesOf(graph, pixels(graph, x), pixelOfTap(w), taps(w));
	return { ...patches, seen: patches.width, without: (matrix) => matrix };
}

/** Some of the rows, in order. */
export function rowsOf(
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
