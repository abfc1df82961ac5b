import type { Graph, Value } from "../graph.js";

/**
 * Writes one TensorFlow.js kernel as ONNX nodes: tensors by their TensorFlow.js input names, and the
 * kernel's attributes. `undefined` says that this kind of input is left to the JavaScript kernel.
 */
export type Lowering = (
	graph: Graph,
	inputs: Record<string, Value>,
	attributes: Record<string, unknown>,
) => Value | Value[] | undefined;

/** Lowerings by TensorFlow.js kernel name. */
export type LoweringTable = Record<string, Lowering>;
