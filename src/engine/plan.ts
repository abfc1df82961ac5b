import type { Variable } from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import type { Families, Staged } from "./families.js";
import type { Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import { type Outline, outlineOf } from "./outline.js";
import type { ProgramOptions } from "./program.js";
import { refusedKernels } from "./refused-kernels.js";
import { Refusal, type Session } from "./session.js";
import type { SharedStages } from "./shared-stages.js";
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
	/** What other plans may run with too. */
	readonly shared: SharedStages;
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

/** The numbers of the variables whose elements are constants. */
const bakedOf = (tracer: FunctionTracer): Map<Values, number> =>
	new Map(
		tracer.variables.flatMap(({ variable, baked }) =>
			baked ? [[baked, variable.id] as const] : [],
		),
	);

/** The stages that a graph shares with others, with its own shapes, constants and host functions. */
function stagesOf({ graph, shared }: Staged): Stage[] {
	const calls = new Map(
		graph.nodes.map(({ outputs, call }) => [outputs[0], call] as const),
	);
	const find = (name: string): TracedValue =>
		(graph.values.get(name) ??
			graph.inputs.get(name) ??
			graph.constants.get(name)) as TracedValue;
	return shared.program.stages.map(({ called, inputs, outputs, ...stage }) => ({
		...stage,
		call: called === undefined ? undefined : calls.get(called),
		inputs: inputs.map(find),
		outputs: outputs.map(find),
	}));
}

/** What a graph runs with; throws `RefusedKernels` where ONNX Runtime refuses it. */
function staged(
	recorded: TracedGraph,
	outline: Outline,
	{ tracer, families, ...options }: ProgramOptions & PlanParts,
): Staged {
	try {
		return families.stagesOf(outline, bakedOf(tracer), options);
	} catch (error) {
		throw error instanceof Refusal
			? refusedKernels(options.backend, recorded, error)
			: error;
	}
}

/** What stages are found by. */
interface PlanParts {
	readonly tracer: FunctionTracer;
	readonly families: Families;
}

/** The variables that a plan reads or writes. */
const variablesOf = (
	{ variables }: FunctionTracer,
	{
		read,
		renamed,
	}: {
		readonly read: ReadonlySet<string>;
		readonly renamed: (name: string) => string;
	},
): TracedVariable[] =>
	variables
		.map(
			({ input, ...rest }): TracedVariable =>
				input === undefined ? rest : { ...rest, input: renamed(input) },
		)
		.filter(
			({ input, baked, updated }) =>
				(input && read.has(input)) || baked || updated,
		);

/** How a plan is made. */
export interface MakePlanOptions {
	/** Whether sessions keep their memory between runs. */
	readonly arena: boolean;
	/** With which graphs it may share sessions. */
	readonly families: Families;
}

/**
 * Builds the sessions of a traced function, or finds those of an equal one of other lengths.
 *
 * Throws `RefusedKernels` where ONNX Runtime refuses it.
 */
export function makePlan(
	backend: OnnxRuntimeBackend,
	traced: Traced,
	{ arena, families }: MakePlanOptions,
): Plan {
	const { tracer, standIns, structure } = traced;
	const updated = tracer.variables.flatMap(({ variable, updated, input }) =>
		updated ? [{ variable, updated, input }] : [],
	);
	const recorded = tracer.graph.finish([
		...traced.results,
		...updated.map(({ updated }) => updated),
	]);
	const first = traced.results.length;
	const pairs = updated.flatMap(({ input }, i) =>
		input ? [{ input, output: recorded.outputs[first + i] as string }] : [],
	);
	const outline = outlineOf(recorded, {
		updates: pairs,
		baked: bakedOf(tracer),
	});
	const renamed = (name: string): string =>
		outline.inputNames.get(name) as string;
	const values = outline.outputs.map(
		(name) => outline.values.get(name) as TracedValue,
	);
	const updates = updated.map(({ variable }, i) => ({
		...(values[first + i] as TracedValue),
		variable,
	}));
	const { graph, shared } = staged(recorded, outline, {
		...{ tracer, families, backend, arena },
		updates: updated.flatMap(({ input }, i) =>
			input
				? [{ input: renamed(input), output: updates[i]?.name as string }]
				: [],
		),
	});
	shared.take();
	const { read } = shared.program;
	return {
		shared,
		stages: stagesOf({ graph, shared }),
		constants: [...graph.constants.values(), ...graph.fed.values()].filter(
			({ name }) => read.has(name),
		),
		read,
		arguments: traced.arguments.map(({ name }) => renamed(name)),
		standIns,
		variables: variablesOf(tracer, { read, renamed }),
		random: tracer.random.map(({ name, ...rest }) => ({
			...rest,
			name: renamed(name),
		})),
		results: values.slice(0, first),
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

/** Frees the sessions of a plan that no other uses, and what its host functions hold. */
export function disposePlan({ stages, shared }: Plan): void {
	shared.release();
	for (const { call } of stages) call?.dispose?.();
}
