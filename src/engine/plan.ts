import type { Variable } from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import type { Value } from "./graph.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import { type Stage, stagesOf } from "./stages.js";
import type { Structure } from "./structure.js";
import type { TracedValue } from "./trace.js";
import type { FunctionTracer, TracedVariable } from "./tracer.js";

/** A traced function, ready to run for arguments of one structure. */
export interface Plan {
	readonly stages: readonly Stage[];
	/** Frees the sessions that no other plan uses. */
	readonly release: () => void;
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

/**
 * Builds the sessions of a traced function, or takes those of an equal one; with an arena they keep their memory
 * between runs.
 *
 * Throws `RefusedKernels` where ONNX Runtime refuses it.
 */
export function makePlan(
	backend: OnnxRuntimeBackend,
	traced: Traced,
	arena: boolean,
): Plan {
	const { tracer, standIns, structure } = traced;
	const updated = tracer.variables.flatMap(({ variable, updated, input }) =>
		updated ? [{ variable, updated, input }] : [],
	);
	const graph = tracer.graph.finish([
		...traced.results,
		...updated.map(({ updated }) => updated),
	]);
	const values = graph.outputs.map(
		(name) => graph.values.get(name) as TracedValue,
	);
	const results = values.slice(0, traced.results.length);
	const updates = updated.map(({ variable }, i) => ({
		...(values[results.length + i] as TracedValue),
		variable,
	}));
	const { stages, read, release } = stagesOf(backend, graph, {
		updates: updated.flatMap(({ input }, i) =>
			input ? [{ input, output: updates[i]?.name as string }] : [],
		),
		arena,
	});
	return {
		stages,
		release,
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
		updates,
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

/** Frees the sessions of a plan that no other one uses, and what its host functions hold. */
export function disposePlan({ stages, release }: Plan): void {
	release();
	for (const { call } of stages) call?.dispose?.();
}
