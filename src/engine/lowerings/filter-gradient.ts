import { type Graph, single, type Value } from "../graph.js";
import { binary, matMul, transpose } from "../ops.js";
import {
	filterGradientFitsBlocks,
	filterGradientInBlocks,
} from "./filter-gradient-in-blocks.js";
import {
	patchesOfImage,
	pixels,
	rowParts,
	rowsOf,
	type WidePatches,
} from "./patches.js";
import { isPointwise, outPixels, type Window } from "./window.js";

// From these sizes on, a product with the errors turned, and turned back, is faster than one that turns
// the patches on the fly.
const manyErrors = 1024;
const manyChannels = 256;

// So much of the patches is near the processor when it is multiplied; a larger product, to which each part adds, takes
// longer than that saves.
const nearBytes = 2 ** 20;
const mostProductBytes = nearBytes / 8;
// ONNX Runtime sums products by so many: whoever goes on there gets the same sum.
const summed = 128;

/** `aᵀ · b`, added to a sum, product by product, as if it went on. */
function addProduct(
	graph: Graph,
	a: Value,
	b: Value,
	sum: Value | undefined,
): Value {
	const shape = [a.shape[1] as number, b.shape[1] as number];
	return single(
		graph,
		"Gemm",
		sum ? [a, b, sum] : [a, b],
		{ shape, dtype: a.dtype },
		{ attributes: { transA: 1 } },
	);
}

/** `patchesᵀ · errors`, or turned. */
function productOf(
	graph: Graph,
	patches: WidePatches,
	errors: Value,
	turned: boolean,
): Value {
	const outer = errors.shape[1] as number;
	const rowBytes = 4 * patches.width;
	const isSmall = rowBytes * outer <= mostProductBytes;
	const most = isSmall ? nearBytes : Number.POSITIVE_INFINITY;
	let total: Value | undefined;
	for (const { begin, count } of rowParts(patches.height, 4 * patches.seen)) {
		let sum: Value | undefined;
		const near = { most, multiple: summed };
		for (const some of rowParts(count, rowBytes, near)) {
			const rows = { begin: begin + some.begin, count: some.count };
			const part = patches.of(rows);
			const share = rowsOf(graph, errors, rows.begin, rows.count, outer);
			sum = turned
				? addProduct(graph, share, part, sum)
				: addProduct(graph, part, share, sum);
		}
		total = total ? binary(graph, "Add", total, sum as Value) : sum;
	}
	return total as Value;
}

/** The gradient of a convolution with respect to its filter. */
export function filterGradient(
	graph: Graph,
	x: Value,
	dy: Value,
	w: Window,
	filterShape: readonly number[],
): Value {
	if (dy.scaled) {
		const { of, by } = dy.scaled;
		const gradient = filterGradient(graph, x, of, w, filterShape);
		return binary(graph, "Mul", gradient, by);
	}
	if (filterGradientFitsBlocks(graph, filterShape, w))
		return filterGradientInBlocks(graph, x, dy, w);
	const errors = pixels(graph, dy);
	if (isPointwise(w)) {
		return graph.reshape(
			matMul(graph, pixels(graph, x), errors, { transposeA: true }),
			filterShape,
		);
	}
	const outer = errors.shape[1] as number;
	const patches = patchesOfImage(graph, x, w);
	const turns = outPixels(w) >= manyErrors && outer >= manyChannels;
	const product = productOf(graph, patches, errors, turns);
	const gradient = turns ? transpose(graph, product, [1, 0]) : product;
	return graph.reshape(patches.without(gradient), filterShape);
}
