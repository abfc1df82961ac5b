import {
	getBackend,
	engine as tfEngine,
	type Variable,
} from "@tensorflow/tfjs";
import { type Checks, checkOptions } from "../check/check-options.js";
import { iterable, whole } from "../check/checks.js";
import { Random } from "../random.js";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { Families } from "./families.js";
import { isStale } from "./plan.js";
import { PlanCache } from "./plan-cache.js";
import { runPlan } from "./run-plan.js";
import { flattenArguments } from "./structure.js";
import { tracePlan } from "./trace-plan.js";

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
	 * by default. Those whose graphs differ in lengths alone share sessions, and one copy of what is frozen; each
	 * other holds its own.
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

// The backend, where it is to compile: inside another compiled function, a function becomes part of the
// other's graph, and where gradients are being taken they go through the function itself.
function compilingBackend(): OnnxRuntimeBackend | undefined {
	if (getBackend() !== backendName) return undefined;
	const { gradientDepth, kernelDepth } = tfEngine().state;
	if (gradientDepth > 0 && kernelDepth === 0) return undefined;
	const backend = tfEngine().findBackend(backendName) as OnnxRuntimeBackend;
	return backend.tracer ? undefined : backend;
}

/**
 * Traces a function of tensors, gradients and optimizer updates included, into one ONNX graph.
 *
 * The result has the same signature. It is traced at the first call and again for each new structure,
 * shape or dtype of its arguments, and for another choice of which of them are the same tensor; variables,
 * numbers, strings and booleans among the arguments are part of the graph, so what changes at every call
 * (a learning rate, say) is passed as a tensor, and what only `onHost` reads as a `HostValue`. Variables
 * that the function reads are fed at every call and those it assigns are updated; other tensors from
 * outside are constants. Random draws (`drawUniform`, `drawNormal`, `tf.dropout` without a seed) are made
 * anew at every call. The graph is cut where `onHost` is called, and where a kernel has no ONNX form and
 * runs in JavaScript. Graphs of several shapes that differ in the lengths of axes alone share sessions: results are
 * those of each by itself, bit for bit. Inside another compiled function, under `tf.grad` and on a TensorFlow engine the
 * function itself is called.
 *
 * Throws, while tracing, where the function looks at the elements of a tensor, draws numbers once and for
 * all or uses a kernel whose result has a shape that depends on elements; and where an argument is none of
 * the above.
 */
export function compile<Arguments extends unknown[], Result>(
	fn: (...args: Arguments) => Result,
	options: CompileOptions = {},
): Compiled<Arguments, Result> {
	checkOptions("compile", options, checks);
	const { frozen: constants = [], plans: most = 8 } = options;
	const frozen = new Set(constants);
	const plans = new PlanCache(most);
	const families = Families.current ?? new Families();
	const random = new Random("dropout");
	const call = (...args: Arguments): Result => {
		const backend = compilingBackend();
		if (!backend) return fn(...args);
		const given = flattenArguments(args);
		let plan = plans.get(given.key);
		if (!plan || isStale(plan, backend)) {
			const arena = plans.prepare(given.key);
			const options = { frozen, random, arena, families };
			plan = tracePlan(backend, fn as never, { call: given, options });
			plans.set(given.key, plan);
		}
		return runPlan(backend, plan, given) as Result;
	};
	return Object.assign(call, { dispose: () => plans.clear() });
}
