import type { Variable } from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import type { Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import { overwriting, type Update } from "./overwrite.js";
import { refusedKernels } from "./refused-kernels.js";
import { divide, type Step } from "./segments.js";
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
	/** Outputs that may be written over what the variables hold whose next values they are. */
	readonly over: ReadonlySet<string>;
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

/** What the stages of a plan are made with. */
interface StageOptions {
	readonly updates: readonly Update[];
	readonly arena: boolean;
}

// Only the last step overwrites: should one before it fail, every variable is as it was.
function overwritingAtTheEnd(
	graph: TracedGraph,
	{ updates, inPlace }: { updates: readonly Update[]; inPlace: boolean },
): { steps: Step[]; over: ReadonlySet<string> } {
	const none = { over: new Set<string>() };
	if (!inPlace) return { steps: divide(graph), ...none };
	const steps = divide(graph, new Set(updates.map(({ output }) => output)));
	const last = steps.at(-1);
	if (!last?.graph) return { steps, ...none };
	const values = new Map([
		...graph.inputs,
		...graph.constants,
		...graph.values,
	]);
	const { graph: end, over } = overwriting(last.graph, updates, values);
	return { steps: [...steps.slice(0, -1), { ...last, graph: end }], over };
}

function makeStages(
	backend: OnnxRuntimeBackend,
	graph: TracedGraph,
	{ updates, arena }: StageOptions,
): { stages: Stage[]; read: Set<string> } {
	const read = new Set(graph.outputs);
	const stages: Stage[] = [];
	const { threads, executionProviders } = backend;
	const inPlace = executionProviders[0] === "cpu";
	const { steps, over } = overwritingAtTheEnd(graph, { updates, inPlace });
	for (const { graph: part, call, inputs, outputs } of steps.reverse()) {
		const names = new Set([...inputs, ...outputs].map(({ name }) => name));
		const spent = [...names].filter((name) => !read.has(name));
		for (const { name } of inputs) read.add(name);
		try {
			const session =
				part && createSession(part, { threads, executionProviders, arena });
			const own = stages.length === 0 ? over : new Set<string>();
			stages.unshift({ session, call, inputs, outputs, spent, over: own });
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
	const { stages, read } = makeStages(backend, graph, {
		updates: updated.flatMap(({ input }, i) =>
			input ? [{ input, output: updates[i]?.name as string }] : [],
		),
		arena,
	});
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

/** Frees the sessions of a plan, and what its host functions hold. */
export function disposePlan({ stages }: Plan): void {
	for (const { session, call } of stages) {
		session?.dispose();
		call?.dispose?.();
	}
}
