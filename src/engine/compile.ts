import {
	getBackend,
	type Tensor,
	type TensorContainer,
	engine as tfEngine,
	tidy,
	type Variable,
} from "@tensorflow/tfjs";
import { Random } from "../random.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { sizeOf, type Value } from "./graph.js";
import type { DType, Values } from "./onnx.js";
import { createSession, type Feed, type Session } from "./session.js";
import { flatten, rebuild, type Structure } from "./structure.js";
import { FunctionTracer, type TracedVariable } from "./tracer.js";

export interface CompileOptions {
	/**
	 * Variables that the function only reads and that seldom change: their values become part of the
	 * graph, where batch norm is folded into convolutions and weights are packed. Assigning one of
	 * them makes the next call trace again.
	 */
	readonly frozen?: Iterable<Variable>;
}

interface Plan {
	readonly session: Session;
	readonly arguments: readonly (string | undefined)[];
	readonly variables: readonly TracedVariable[];
	readonly random: FunctionTracer["random"];
	readonly results: readonly Value[];
	readonly outputs: readonly string[];
	readonly structure: Structure;
	readonly needed: ReadonlySet<string>;
}

const feed = (data: Values, dims: readonly number[], type: string): Feed => ({
	data,
	dims,
	type: type as DType,
	location: "cpu",
});

function trace(
	backend: OnnxRuntimeBackend,
	fn: (...args: never[]) => TensorContainer,
	call: { structure: Structure; tensors: Tensor[] },
	frozen: ReadonlySet<Variable>,
	random: Random,
): Plan {
	const fillUniform = (values: Values) => {
		for (let i = 0; i < values.length; i++) values[i] = random.uniform();
	};
	const tracer = new FunctionTracer(
		backend,
		(variable) => frozen.has(variable),
		fillUniform,
	);
	const inputs = call.tensors.map(({ shape, dtype }) =>
		tracer.graph.input(shape, dtype as DType),
	);
	let structure: Structure | undefined;
	let results: Value[] = [];
	backend.tracer = tracer;
	try {
		tidy(() => {
			const stand = inputs.map((input) => tracer.tensorOf(input));
			const made = flatten(fn(...(rebuild(call.structure, stand) as never[])));
			results = made.tensors.map((tensor) => tracer.valueOf(tensor));
			structure = made.structure;
		});
	} finally {
		tracer.finish();
		backend.tracer = undefined;
	}
	const updates = tracer.variables.flatMap(({ updated }) =>
		updated ? [updated] : [],
	);
	const { graph, outputs } = tracer.graph.finish([...results, ...updates]);
	const { threads, executionProviders } = backend;
	const needed = new Set(graph.inputs.map(({ name }) => name));
	return {
		session: createSession(graph, { threads, executionProviders, arena: true }),
		arguments: inputs.map(({ name }) => (needed.has(name) ? name : undefined)),
		variables: tracer.variables.filter(
			({ input, baked, updated }) =>
				(input && needed.has(input)) || baked || updated,
		),
		random: tracer.random.filter(({ name }) => needed.has(name)),
		results,
		outputs,
		structure: structure as Structure,
		needed,
	};
}

/** The elements of a tensor, wherever TensorFlow.js keeps it. */
function elements(backend: OnnxRuntimeBackend, tensor: Tensor): Values {
	return backend.data.has(tensor.dataId)
		? backend.stored(tensor.dataId).values
		: (tensor.dataSync() as Values);
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
	const { shape, dtype } = variable;
	const dataId = backend.write(values as never, shape, dtype as never);
	const tensor = tfEngine().makeTensorFromTensorInfo(
		{ dataId, shape, dtype },
		backend,
	) as Tensor;
	variable.assign(tensor);
	tensor.dispose();
}

function run(
	backend: OnnxRuntimeBackend,
	plan: Plan,
	tensors: readonly Tensor[],
): TensorContainer {
	const { pool } = backend;
	const feeds: Record<string, Feed> = {};
	plan.arguments.forEach((name, i) => {
		const tensor = tensors[i] as Tensor;
		if (name)
			feeds[name] = feed(elements(backend, tensor), tensor.shape, tensor.dtype);
	});
	for (const { variable, input } of plan.variables) {
		if (!input || !plan.needed.has(input)) continue;
		feeds[input] = feed(
			elements(backend, variable),
			variable.shape,
			variable.dtype,
		);
	}
	const drawn = plan.random.map(({ name, shape, fill }) => {
		const values = pool.take("float32", sizeOf(shape));
		fill(values);
		feeds[name] = feed(values, shape, "float32");
		return values;
	});
	const updated = plan.variables.filter(({ updated }) => updated);
	const made = [
		...plan.results,
		...updated.map(({ updated }) => updated as Value),
	].map(({ shape, dtype }) => ({
		shape,
		dtype,
		data: pool.take(dtype, sizeOf(shape)),
	}));
	const fetches: Record<string, Feed> = {};
	made.forEach(({ data, shape, dtype }, i) => {
		fetches[plan.outputs[i] as string] = feed(data, shape, dtype);
	});
	try {
		plan.session.run(feeds, fetches);
	} catch (error) {
		for (const { data } of made) pool.give(data);
		throw error;
	} finally {
		for (const values of drawn) pool.give(values);
	}
	const count = plan.results.length;
	updated.forEach(({ variable }, i) => {
		update(backend, variable, made[count + i]?.data as Values);
	});
	const results = made.slice(0, count).map(({ shape, dtype, data }) => {
		const dataId = backend.write(data as never, [...shape], dtype as never);
		return tfEngine().makeTensorFromTensorInfo(
			{ dataId, shape: [...shape], dtype: dtype as "float32" },
			backend,
		) as Tensor;
	});
	return rebuild(plan.structure, results) as TensorContainer;
}

const isStale = ({ variables }: Plan, backend: OnnxRuntimeBackend): boolean =>
	variables.some(
		({ variable, baked }) =>
			variable.isDisposed ||
			(baked && backend.stored(variable.dataId).values !== baked),
	);

/**
 * Traces a function of tensors, gradients and optimizer updates included, into one ONNX graph.
 *
 * The result has the same signature. It is traced at the first call and again for each new structure,
 * shape or dtype of its arguments; numbers, strings and booleans among the arguments are part of the
 * graph, so what changes at every call (a learning rate, say) is passed as a tensor. Variables that the
 * function reads are fed at every call and those it assigns are updated; other tensors from outside are
 * constants. Random draws (`drawUniform`, `drawNormal`, `tf.dropout`) are made anew at every call.
 * On a TensorFlow engine the function itself is returned.
 *
 * Throws, while tracing, where the function looks at the elements of a tensor or uses a kernel that has
 * no ONNX form.
 */
export function compile<Arguments extends unknown[], Result>(
	fn: (...args: Arguments) => Result,
	{ frozen = [] }: CompileOptions = {},
): (...args: Arguments) => Result {
	if (getBackend() !== backendName) return fn;
	const backend = tfEngine().findBackend(backendName) as OnnxRuntimeBackend;
	const constants = new Set(frozen);
	const plans = new Map<string, Plan>();
	const random = new Random("dropout");
	return (...args) => {
		const call = flatten(args as TensorContainer);
		const shapes = call.tensors.map(({ shape, dtype }) => `${dtype}[${shape}]`);
		const key = JSON.stringify([call.structure, shapes]);
		let plan = plans.get(key);
		if (!plan || isStale(plan, backend)) {
			plan = trace(backend, fn as never, call, constants, random);
			plans.set(key, plan);
		}
		return run(backend, plan, call.tensors) as Result;
	};
}
