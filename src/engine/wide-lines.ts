import { type Graph, single, sizeOf, type Value } from "./graph.js";
import type { DType } from "./onnx.js";

// ONNX Runtime goes through a tensor by lines as long as the smaller operand, and is slow at lines of few.
const few = 16;
const enough = 64;

/** Of how many pixels a line is to be made of; 1 where lines are not too short, or would not become longer. */
function pixelsPerLine(x: Value, each: Value): number {
	const channels = x.shape.at(-1) as number;
	const isOfFew =
		each.data instanceof Float32Array &&
		each.shape.length === 1 &&
		each.shape[0] === channels &&
		channels > 1 &&
		channels < few;
	if (!isOfFew) return 1;
	let count = 1;
	for (const length of x.shape.slice(0, -1).toReversed()) {
		if (count * channels >= enough) break;
		count *= length;
	}
	return count;
}

/**
 * An operator of a tensor of few channels and a constant for each of them, with the constants repeated for several
 * pixels; undefined where that does not make it faster.
 */
export function inWideLines(
	graph: Graph,
	op: string,
	[x, each]: readonly [Value, Value],
	dtype: DType,
): Value | undefined {
	const count = graph.traced ? pixelsPerLine(x, each) : 1;
	if (count === 1) return undefined;
	const own = each.data as Float32Array;
	const length = count * own.length;
	const shape = [sizeOf(x.shape) / length, length];
	const repeated = new Float32Array(length);
	for (let at = 0; at < length; at += own.length) repeated.set(own, at);
	const wide = [
		graph.reshape(x, shape),
		graph.constant(repeated, [length], each.dtype),
	];
	return graph.reshape(single(graph, op, wide, { shape, dtype }), x.shape);
}
