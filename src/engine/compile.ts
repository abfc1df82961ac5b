import {
	getBackend,
	type TensorContainer,
	engine as tfEngine,
	tidy,
	type Variable,
} from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { iterable, whole } from "../check/checks.js";
import { Random } from "../random.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import type { Value } from "./graph.js";
import { standIn } from "./host-value.js";
import type { DType, Values } from "./onnx.js";
import { disposePlan, makePlan, type Plan, runPlan } from "./plan.js";
import { type Flattened, flatten, rebuild } from "./structure.js";
import { FunctionTracer } from "./tracer.js";

/** What a compiled function may take for granted, and how many graphs of it are kept. */
export interface CompileOptions {
	/**
	 * Variables that the function only reads and that seldom change: their values become part of the
	 * graph, where batch norm is folded into convolutions and weights are packed. Assigning one of
	 * them makes the next call trace again.
	 */
	readonly frozen?: Iterable<Variable>;
	/**
	 * The number of structures and shapes of arguments for which compiled forms are kept, those used last; 8
	 * by default. Each holds its own copy of what is frozen.
	 */
	readonly plans?: number;
}

const checks: Checks<CompileOptions> = {
	frozen: iterable,
	plans: whole({ from: 1 }),
};

/** A function that may be compiled. */
export interface Compiled<Arguments extends unknown[], Result> {
	(...args: Arguments): Result;
	/** Frees what was compiled, if anything was; a call after that compiles anew. */
	dispose?(): void;
}

interface TraceOptions {
	readonly frozen: ReadonlySet<Variable>;
	readonly random: Random;
	readonly arena: boolean;
}

function trace(
	backend: OnnxRuntimeBackend,
	fn: (...args: never[]) => TensorContainer,
	call: Flattened,
	{ frozen, random, arena }: TraceOptions,
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
	const standIns = call.hostValues.map(standIn);
	let made: Flattened | undefined;
	let results: Value[] = [];
	backend.tracer = tracer;
	try {
		tidy(() => {
			const tensors = inputs.map((input) => tracer.tensorOf(input));
			const { structure } = call;
			const args = rebuild({ structure, tensors, hostValues: standIns });
			made = flatten(fn(...(args as never[])));
			if (made.hostValues.length > 0)
				throw new Error("a compiled function cannot return a HostValue");
			results = made.tensors.map((tensor) => tracer.valueOf(tensor));
		});
	} finally {
		tracer.finish();
		backend.tracer = undefined;
	}
	const { structure } = made as unknown as Flattened;
	const traced = { tracer, arguments: inputs, standIns, results, structure };
	return makePlan(backend, traced, arena);
}

/** The plans that were used last. */
class PlanCache {
	// In the order of their last use.
	readonly #plans = new Map<string, Plan>();
	/** Whether arguments have been of one structure and shape so far. */
	#isUniform = true;

	constructor(private readonly most: number) {}

	get(key: string): Plan | undefined {
		const plan = this.#plans.get(key);
		if (plan) {
			this.#plans.delete(key);
			this.#plans.set(key, plan);
		}
		return plan;
	}

	/**
	 * Makes room for the plan of a key; says whether it may have an arena.
	 *
	 * Arenas never shrink, and those of several plans would not fit in memory: only a plan without others
	 * has one, and leaves with it.
	 */
	prepare(key: string): boolean {
		if (this.#isUniform && this.#plans.size > 0 && !this.#plans.has(key)) {
			this.#isUniform = false;
			this.clear();
		}
		this.#remove(key);
		return this.#isUniform;
	}

	set(key: string, plan: Plan): void {
		this.#plans.set(key, plan);
		for (const oldest of this.#plans.keys()) {
			if (this.#plans.size <= this.most) break;
			this.#remove(oldest);
		}
	}

	#remove(key: string): void {
		const plan = this.#plans.get(key);
		if (plan) disposePlan(plan);
		this.#plans.delete(key);
	}

	clear(): void {
		for (const key of [...this.#plans.keys()]) this.#remove(key);
	}
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
 * graph, so what changes at every call (a learning rate, say) is passed as a tensor, and what only
 * `onHost` reads as a `HostValue`. Variables that the function reads are fed at every call and those it
 * assigns are updated; other tensors from outside are constants. Random draws (`drawUniform`,
 * `drawNormal`, `tf.dropout`) are made anew at every call. The graph is cut where `onHost` is called.
 * On a TensorFlow engine the function itself is returned.
 *
 * Throws, while tracing, where the function looks at the elements of a tensor or uses a kernel that has
 * no ONNX form.
 */
export function compile<Arguments extends unknown[], Result>(
	fn: (...args: Arguments) => Result,
	options: CompileOptions = {},
): Compiled<Arguments, Result> {
	checkOptions("compile", options, checks);
	const { frozen = [], plans: most = 8 } = options;
	if (getBackend() !== backendName) return fn;
	const backend = tfEngine().findBackend(backendName) as OnnxRuntimeBackend;
	const constants = new Set(frozen);
	const plans = new PlanCache(most);
	const random = new Random("dropout");
	const call = (...args: Arguments): Result => {
		const given = flatten(args);
		const shapes = given.tensors.map(
			({ shape, dtype }) => `${dtype}[${shape}]`,
		);
		const key = JSON.stringify([given.structure, shapes]);
		let plan = plans.get(key);
		if (!plan || isStale(plan, backend)) {
			const arena = plans.prepare(key);
			const options = { frozen: constants, random, arena };
			plan = trace(backend, fn as never, given, options);
			plans.set(key, plan);
		}
		return runPlan(backend, plan, given) as Result;
	};
	return Object.assign(call, { dispose: () => plans.clear() });
}
