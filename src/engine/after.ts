import { type Graph, sizeOf, type Value } from "./graph.js";
import { concat, slice } from "./moves.js";
import { cast, transpose } from "./ops.js";

/**
 * A copy of `x` that is made only once `other` is there: what is computed of it is another value than what is computed
 * of `x`, and comes later.
 *
 * Nothing of `other` is put behind it, so that neither the recorded graph nor ONNX Runtime takes it for `x`, as it
 * would take what only renames or reshapes. Of constants there is nothing to be won.
 */
export function after(graph: Graph, x: Value, other: Value): Value {
	if (x.data || other.data) return x;
	if (x.transposed) {
		const { of, permutation } = x.transposed;
		return transpose(graph, after(graph, of, other), permutation);
	}
	const flat = graph.reshape(other, [sizeOf(other.shape)]);
	const nothing = cast(graph, slice(graph, flat, [0], [0]), x.dtype);
	const all = graph.reshape(x, [sizeOf(x.shape)]);
	const copy = concat(graph, [all, nothing], 0);
	return graph.reshape(copy, x.shape);
}
