import {
	type Tensor,
	type TensorContainer,
	engine as tfEngine,
	type Variable,
} from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import { sizeOf, type Value } from "./graph.js";
import { callHost, type HostArray, type HostCall } from "./host-call.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import type { BufferPool } from "./pool.js";
import { refusedKernels } from "./refused.js";
import { divide } from "./segments.js";
import { createSession, type Feed, Refusal, type Session } from "./session.js";
import { type Flattened, rebuild, type Structure } from "./structure.js";
import type { TracedGraph, TracedValue } from "./trace.js";
import type { FunctionTracer, TracedVariable } from "./tracer.js";

/** A session or a host call. */
interface Stage {
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

const feed = (
	{ name, shape, dtype }: TracedValue,
	data: Values,
): [string, Feed] => [
	name,
	{ data, dims: shape, type: dtype, location: "cpu" },
];

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

/** The elements of a tensor, wherever TensorFlow.js keeps it. */
function elements(backend: OnnxRuntimeBackend, tensor: Tensor): Values {
	return backend.data.has(tensor.dataId)
		? backend.stored(tensor.dataId).values
		: (tensor.dataSync() as Values);
}

/** The arrays of a run by name; those that come from the pool go back there. */
class RunArrays {
	readonly #arrays = new Map<string, Values>();
	readonly #taken = new Set<string>();

	constructor(private readonly pool: BufferPool) {}

	set(name: string, values: Values): void {
		this.#arrays.set(name, values);
	}

	/** An array of the pool, of unspecified content. */
	take({ name, shape, dtype }: TracedValue): Values {
		const values = this.pool.take(dtype, sizeOf(shape));
		this.#arrays.set(name, values);
		this.#taken.add(name);
		return values;
	}

	get(name: string): Values {
		return this.#arrays.get(name) as Values;
	}

	/** The array, which is not to go back to the pool any more. */
	keep({ name }: TracedValue): Values {
		this.#taken.delete(name);
		return this.get(name);
	}

	drop(name: string): void {
		if (this.#taken.delete(name)) this.pool.give(this.get(name));
		this.#arrays.delete(name);
	}

	dropAll(): void {
		for (const name of [...this.#arrays.keys()]) this.drop(name);
	}
}

// Nodes are named after their kernels.
function runError(refusal: Refusal): Error {
	const kernel = refusal.node?.replace(/:.*/s, "");
	return new Error(
		`${kernel ?? "a kernel"} failed in a compiled function: ${refusal.message}`,
		{ cause: refusal },
	);
}

function runStage(
	{ session, call, inputs, outputs, spent }: Stage,
	arrays: RunArrays,
	hostValue: (given: HostValue<unknown>) => unknown,
): void {
	if (call) {
		const given = inputs.map(({ name }) => arrays.get(name) as HostArray);
		const made = callHost(call, given, call.hostValues.map(hostValue));
		outputs.forEach((output, i) => {
			const array = made[i] as HostArray;
			if (call.isFresh) arrays.set(output.name, array);
			else arrays.take(output).set(array as never);
		});
	}
	if (session) {
		const feeds = inputs.map((value) => feed(value, arrays.get(value.name)));
		const fetches = outputs.map((value) => feed(value, arrays.take(value)));
		try {
			session.run(Object.fromEntries(feeds), Object.fromEntries(fetches));
		} catch (error) {
			throw error instanceof Refusal ? runError(error) : error;
		}
	}
	for (const name of spent) arrays.drop(name);
}

/** Stores what the function assigned to a variable, without touching tensors that share its old data. */
function update(
	backend: OnnxRuntimeBackend,
	variable: Variable,
	values: Values,
): void {
	const stored = backend.stored(variable.dataId);
	if (stored.refCount === 1) {
		backend.pool.give(stored.values);
		stored.values = values;
		return;
	}
	const tensor = newTensor(backend, variable as never, values);
	variable.assign(tensor);
	tensor.dispose();
}

function newTensor(
	backend: OnnxRuntimeBackend,
	{ shape, dtype }: Omit<TracedValue, "name">,
	values: Values,
): Tensor {
	const info = { shape: [...shape], dtype: dtype as "float32" };
	const dataId = backend.write(values as never, info.shape, dtype as never);
	return tfEngine().makeTensorFromTensorInfo(
		{ dataId, ...info },
		backend,
	) as Tensor;
}

/** Runs a plan; an error leaves every variable as it was. */
export function runPlan(
	backend: OnnxRuntimeBackend,
	plan: Plan,
	{ tensors, hostValues }: Pick<Flattened, "tensors" | "hostValues">,
): TensorContainer {
	const arrays = new RunArrays(backend.pool);
	const hostValue = (given: HostValue<unknown>): unknown =>
		(hostValues[plan.standIns.indexOf(given)] ?? given).value;
	try {
		for (const { name, data } of plan.constants) arrays.set(name, data);
		plan.arguments.forEach((name, i) => {
			if (plan.read.has(name))
				arrays.set(name, elements(backend, tensors[i] as Tensor));
		});
		for (const { variable, input } of plan.variables) {
			if (input && plan.read.has(input))
				arrays.set(input, elements(backend, variable));
		}
		for (const { fill, ...value } of plan.random) {
			fill(arrays.take(value));
			// Drawn all the same, as the function draws it: the next draw depends on it.
			if (!plan.read.has(value.name)) arrays.drop(value.name);
		}
		for (const stage of plan.stages) runStage(stage, arrays, hostValue);
		const results = plan.results.map((result) =>
			newTensor(backend, result, arrays.keep(result)),
		);
		for (const { variable, ...value } of plan.updates)
			update(backend, variable, arrays.keep(value));
		const { structure } = plan;
		return rebuild({
			structure,
			tensors: results,
			hostValues: [],
		}) as TensorContainer;
	} finally {
		arrays.dropAll();
	}
}
