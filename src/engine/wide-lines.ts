import { type Graph, single, sizeOf, type Value } from "./graph.js";
import type { DType } from "./onnx.js";

// ONNX Runtime goes through a tensor by lines as long as the smaller operand, and is slow at lines of few.
const constants = { few: 16, enough: 64, leastPixels: 2 };
// What is made at every run is repeated at every run.
const others = { few: 129, enough: 512, leastPixels: 4096 };

/** Of how many pixels a line is to be made of; 1 where lines are not too short, or would not become longer. */
function pixelsPerLine(x: Value, each: Value): number {
	const channels = x.shape.at(-1) as number;
	const isPerChannel =
		each.dtype === "float32" &&
		each.shape.length === 1 &&
		each.shape[0] === channels &&
		channels > 1;
	const { few, enough, leastPixels } = each.data ? constants : others;
	if (!isPerChannel || channels >= few) return 1;
	if (sizeOf(x.shape) < leastPixels * channels) return 1;
	let count = 1;
	for (const length of x.shape.slice(0, -1).toReversed()) {
		if (count * channels >= enough) break;
		count *= length;
	}
	return count;
}

/** The numbers of `each` so many times, one after another. */
function repeated(graph: Graph, each: Value, count: number): Value {
	const { dtype } = each;
	const channels = each.shape[0] as number;
	const length = count * channels;
	if (!each.data) {
		const shape = [count, channels];
		const to = graph.constant(BigInt64Array.from(shape, BigInt), [2], "int64");
		const one = graph.reshape(each, [1, channels]);
		const lines = single(graph, "Expand", [one, to], { shape, dtype });
		return graph.reshape(lines, [length]);
	}
	const own = each.data as Float32Array;
	const data = new Float32Array(length);
	for (let at = 0; at < length; at += channels) data.set(own, at);
	return graph.constant(data, [length], dtype);
}

/**
 * An operator of a tensor of few channels and a number for each of them, with the numbers repeated for several pixels;
 * undefined where that does not make it faster.
 */
export function inWideLines(
	graph: Graph,
	op: string,
	[x, each]: readonly [Value, Value],
	dtype: DType,
): Value | undefined {
	const count = graph.traced ? pixelsPerLine(x, each) : 1;
	if (count === 1) return undefined;
	const length = count * (each.shape[0] as number);
	const shape = [sizeOf(x.shape) / length, length];
	const wide = [graph.reshape(x, shape), repeated(graph, each, count)];
	return graph.reshape(single(graph, op, wide, { shape, dtype }), x.shape);
}
