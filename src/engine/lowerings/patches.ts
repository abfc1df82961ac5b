import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { concat, gather } from "../moves.js";

// Patches are gathered a part at a time, so that they stay near the processor and memory stays small.
const partBytes = 2 ** 25;

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

/** The rows that a table of indices names, `width` to a row, in parts of bounded size. */
export function* gatheredParts(
	graph: Graph,
	rows: Value,
	table: Int32Array,
	width: number,
): Generator<{ part: Value; begin: number; count: number }> {
	const channels = rows.shape[1] as number;
	const height = table.length / width;
	const parts = Math.ceil((table.length * channels * 4) / partBytes);
	const step = Math.ceil(height / parts);
	const source = table.includes(rows.shape[0] as number)
		? withZeroRow(graph, rows)
		: rows;
	for (let begin = 0; begin < height; begin += step) {
		const count = Math.min(step, height - begin);
		const index =
			count === height
				? table
				: table.subarray(begin * width, (begin + count) * width);
		const indices = graph.constant(index, [count, width], "int32");
		const part = gather(graph, source, indices, 0, false);
		yield {
			part: graph.reshape(part, [count, width * channels]),
			begin,
			count,
		};
	}
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
