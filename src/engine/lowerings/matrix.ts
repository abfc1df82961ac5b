import { type Graph, single, sizeOf, type Value } from "../graph.js";
import { binary, matMul, scalar, unary } from "../ops.js";
import type { Lowering, LoweringTable } from "./lowering.js";

const batchMatMul: Lowering = (graph, { a, b }, { transposeA, transposeB }) => {
	if (a?.dtype !== "float32" || b?.dtype !== "float32") return undefined;
	const options = {
		transposeA: Boolean(transposeA),
		transposeB: Boolean(transposeB),
	};
	// One matrix on the right serves every matrix on the left: a single product does it.
	if (
		sizeOf(b.shape.slice(0, -2)) === 1 &&
		sizeOf(a.shape.slice(0, -2)) > 1 &&
		!transposeA
	) {
		const rows = graph.reshape(a, [
			sizeOf(a.shape.slice(0, -1)),
			a.shape.at(-1) as number,
		]);
		const right = graph.reshape(b, b.shape.slice(-2));
		const y = matMul(graph, rows, right, options);
		return graph.reshape(y, [
			...a.shape.slice(0, -1),
			y.shape.at(-1) as number,
		]);
	}
	return matMul(graph, a, b, options);
};

/** The activations that TensorFlow.js fuses behind a product or a convolution. */
export function activate(
	graph: Graph,
	x: Value,
	activation: unknown,
	leakyAlpha: unknown,
	preluWeights?: Value,
): Value | undefined {
	switch (activation ?? "linear") {
		case "linear":
			return x;
		case "relu":
			return unary(graph, "Relu", x);
		case "relu6":
			return binary(graph, "Min", unary(graph, "Relu", x), scalar(graph, 6));
		case "elu":
			return unary(graph, "Elu", x);
		case "sigmoid":
			return unary(graph, "Sigmoid", x);
		case "leakyrelu":
			return unary(graph, "LeakyRelu", x, {
				attributes: { alpha: { float: leakyAlpha as number } },
			});
		case "prelu":
			return preluWeights && single(graph, "PRelu", [x, preluWeights], x);
		default:
			return undefined;
	}
}

const fusedMatMul: Lowering = (graph, inputs, attributes) => {
	const product = batchMatMul(graph, inputs, attributes) as Value | undefined;
	if (!product) return undefined;
	const sum = inputs.bias
		? binary(graph, "Add", product, inputs.bias)
		: product;
	const { activation, leakyreluAlpha } = attributes;
	return activate(
		graph,
		sum,
		activation,
		leakyreluAlpha,
		inputs.preluActivationWeights,
	);
};

/** Matrix products. */
export const matrices: LoweringTable = {
	BatchMatMul: batchMatMul,
	_FusedMatMul: fusedMatMul,
};
