import {
	type Tensor,
	type TensorContainer,
	engine as tfEngine,
	type Variable,
} from "@tensorflow/tfjs";
import type { OnnxRuntimeBackend } from "./backend.js";
import { sizeOf } from "./graph.js";
import { callHost, type HostArray } from "./host-call.js";
import type { HostValue } from "./host-value.js";
import type { Values } from "./onnx.js";
import type { Plan, Stage } from "./plan.js";
import type { BufferPool } from "./pool.js";
import { type Feed, Refusal } from "./session.js";
import { type Flattened, rebuild } from "./structure.js";
import type { TracedValue } from "./trace.js";

const feed = (
	{ name, shape, dtype }: TracedValue,
	data: Values,
): [string, Feed] => [
	name,
	{ data, dims: shape, type: dtype, location: "cpu" },
];

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

	/** The array that was set, or else one of the pool. */
	forOutput(value: TracedValue): Values {
		return this.#arrays.get(value.name) ?? this.take(value);
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
function runError(refusal: Refusal, isOverwriting: boolean): Error {
	const kernel = refusal.node?.replace(/:.*/s, "");
	const advice = isOverwriting
		? ". Variables that the function assigns may hold half of an update: load their values again"
		: "";
	return new Error(
		`${kernel ?? "a kernel"} failed in a compiled function: ${refusal.message}${advice}`,
		{ cause: refusal },
	);
}

function runStage(
	{ session, call, inputs, outputs, spent, over }: Stage,
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
		const fetches = outputs.map((value) =>
			feed(value, arrays.forOutput(value)),
		);
		try {
			session.run(Object.fromEntries(feeds), Object.fromEntries(fetches));
		} catch (error) {
			throw error instanceof Refusal ? runError(error, over.size > 0) : error;
		}
	}
	for (const name of spent) arrays.drop(name);
}

/** The array of a variable, for its next value to be written over; undefined where somebody else has a part in it. */
function ownArray(
	backend: OnnxRuntimeBackend,
	{ dataId }: Variable,
): Values | undefined {
	const { pool } = backend;
	const stored = backend.stored(dataId);
	if (stored.refCount > 1) return undefined;
	if (!pool.isLent(stored.values)) {
		const own = pool.take(stored.dtype, stored.values.length);
		own.set(stored.values as never);
		stored.values = own;
	}
	return stored.values;
}

/** Stores what the function assigned to a variable, without touching tensors that share its old data. */
function update(
	backend: OnnxRuntimeBackend,
	variable: Variable,
	values: Values,
): void {
	const stored = backend.stored(variable.dataId);
	if (stored.values === values) return;
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

/**
 * Runs a plan.
 *
 * An error of a host function leaves every variable as it was, and so does one of an index out of bounds. Where
 * ONNX Runtime fails otherwise while it updates variables, as it does without memory, the error says so.
 */
export function runPlan(
	backend: OnnxRuntimeBackend,
	plan: Plan,
	{ tensors, hostValues }: Pick<Flattened, "tensors" | "hostValues">,
): TensorContainer {
	const arrays = new RunArrays(backend.pool);
	const hostValue = (given: HostValue<unknown>): unknown =>
		(hostValues[plan.standIns.indexOf(given)] ?? given).value;
	try {
		for (const { variable, name } of plan.updates) {
			const own = plan.stages.at(-1)?.over.has(name)
				? ownArray(backend, variable)
				: undefined;
			if (own) arrays.set(name, own);
		}
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
