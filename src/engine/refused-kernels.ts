import type { OnnxRuntimeBackend } from "./backend.js";
import { createSession, Refusal } from "./session.js";
import type { TracedGraph, TracedNode, TracedValue } from "./trace.js";

/** Kernels of a traced graph that ONNX Runtime refuses, by the signatures of their origins. */
export class RefusedKernels extends Error {
	constructor(
		readonly signatures: ReadonlySet<string>,
		cause: Refusal,
	) {
		super(
			`ONNX Runtime refuses the graph of a compiled function: ${cause.message}`,
			{ cause },
		);
	}
}

// On the processor, which has every operator: where another device fails, nothing in the graph is at fault.
function isRefused(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	node: TracedNode,
): boolean {
	const { threads } = backend;
	const names = [...new Set(node.inputs)].filter((name) => name !== "");
	const initializers = names.flatMap((name) => graph.constants.get(name) ?? []);
	const inputs = names.flatMap(
		(name) => graph.values.get(name) ?? graph.inputs.get(name) ?? [],
	);
	const outputs = node.outputs.map(
		(name) => graph.values.get(name) as TracedValue,
	);
	try {
		createSession(
			{ nodes: [node], initializers, inputs, outputs },
			{ threads, executionProviders: ["cpu"], arena: false },
		).dispose();
		return false;
	} catch (error) {
		if (error instanceof Refusal) return true;
		throw error;
	}
}

/** Finds the kernels for which ONNX Runtime refused a graph, by building each of its nodes alone. */
export function refusedKernels(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	cause: Refusal,
): RefusedKernels {
	const signatures = new Set<string>();
	for (const node of graph.nodes) {
		if (node.call || !node.origin) continue;
		const signature = node.origin.signature();
		if (!signatures.has(signature) && isRefused(backend, graph, node))
			signatures.add(signature);
	}
	return new RefusedKernels(signatures, cause);
}
