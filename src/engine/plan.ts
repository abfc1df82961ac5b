import type { Variable } from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import type { Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import { refusedKernels } from "./refused-kernels.js";
import { divide } from "./segments.js";
import { createSession, Refusal, type Session } from "./session.js";
import type { Structure } from "./structure.js";
import type { TracedGraph, TracedValue } from "./trace.js";
import type { FunctionTracer, TracedVariable } from "./tracer.js";

/** A session or a host call. */
export interface Stage {
	readonly session: Session | undefined;
	readonly call: HostCall | undefined;
	readonly inputs: readonly TracedValue[];
	readonly outputs: readonly TracedValue[];
	/** Values that nobody reads after it. */
	readonly spent: readonly string[];
}

/** A traced function, ready to run for arguments of one structure. */
export interface Plan {
	readonly stages: readonly Stage[];
	readonly constants: readonly (TracedValue & { data: Values })[];
	/** What is read at all. */
	readonly read: ReadonlySet<string>;
	/** The names of the tensor arguments. */
	readonly arguments: readonly string[];
	/** What stood for the host values among the arguments. */
	readonly standIns: readonly HostValue<unknown>[];
	readonly variables: readonly TracedVariable[];
	readonly random: FunctionTracer["random"];
	readonly results: readonly TracedValue[];
	/** What variables are assigned. */
	readonly updates: readonly (TracedValue & { variable: Variable })[];
	readonly structure: Structure;
	/** The configuration of the backend that it is for. */
	readonly configuration: number;
}

/** What a function was given and what it returned while it was traced. */
export interface Traced {
	readonly tracer: FunctionTracer;
	readonly arguments: readonly TracedValue[];
	readonly standIns: readonly HostValue<unknown>[];
	readonly results: readonly Value[];
	readonly structure: Structure;
}

function makeStages(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	arena: boolean,
): { stages: Stage[]; read: Set<string> } {
	const read = new Set(graph.outputs);
	const stages: Stage[] = [];
	const { threads, executionProviders } = backend;
	for (const { graph: part, call, inputs, outputs } of divide(
		graph,
	).reverse()) {
		const names = new Set([...inputs, ...outputs].map(({ name }) => name));
		const spent = [...names].filter((name) => !read.has(name));
		for (const { name } of inputs) read.add(name);
		try {
			const session =
				part && createSession(part, { threads, executionProviders, arena });
			stages.unshift({ session, call, inputs, outputs, spent });
		} catch (error) {
			for (const { session } of stages) session?.dispose();
			throw error instanceof Refusal
				? refusedKernels(backend, graph, error)
				: error;
		}
	}
	return { stages, read };
}

/**
 * Builds the sessions of a traced function; with an arena they keep their memory between runs.
 *
 * Throws `RefusedKernels` where ONNX Runtime refuses it.
 */
export function makePlan(
	backend: OnnxRuntimeBackend,
	traced: Traced,
	arena: boolean,
): Plan {
	const { tracer, standIns, structure } = traced;
	const updated = tracer.variables.flatMap(({ variable, updated }) =>
		updated ? [{ variable, updated }] : [],
	);
	const graph = tracer.graph.finish([
		...traced.results,
		...updated.map(({ updated }) => updated),
	]);
	const values = graph.outputs.map(
		(name) => graph.values.get(name) as TracedValue,
	);
	const results = values.slice(0, traced.results.length);
	const { stages, read } = makeStages(backend, graph, arena);
	return {
		stages,
		constants: [...graph.constants.values()].filter(({ name }) =>
			read.has(name),
		),
		read,
		arguments: traced.arguments.map(({ name }) => name),
		standIns,
		variables: tracer.variables.filter(
			({ input, baked, updated }) =>
				(input && read.has(input)) || baked || updated,
		),
		random: tracer.random,
		results,
		updates: updated.map(({ variable }, i) => ({
			...(values[results.length + i] as TracedValue),
			variable,
		})),
		structure,
		configuration: backend.configuration,
	};
}

/** Whether a plan is not what tracing its function again would make. */
export function isStale(
	{ variables, configuration }: Plan,
	backend: OnnxRuntimeBackend,
): boolean {
	return (
		configuration !== backend.configuration ||
		variables.some(
			({ variable, baked, trainable }) =>
				variable.isDisposed ||
				variable.trainable !== trainable ||
				(baked && backend.stored(variable.dataId).values !== baked),
		)
	);
}

/** Frees the sessions of a plan. */
export function disposePlan({ stages }: Plan): void {
	for (const { session } of stages) session?.dispose();
}
