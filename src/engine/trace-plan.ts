import { type TensorContainer, tidy, type Variable } from "@tensorflow/tfjs";
import type { Random } from "../random.js";
import type { OnnxRuntimeBackend } from "./backend.js";
import type { Families } from "./families.js";
import type { Value } from "./graph.js";
import { isHostDType } from "./host-call.js";
import { standIn } from "./host-value.js";
import type { Values } from "./onnx.js";
import { makePlan, type Plan, type Traced } from "./plan.js";
import { RefusedKernels } from "./refused-kernels.js";
import { type Flattened, flattenResult, rebuild } from "./structure.js";
import { FunctionTracer, type TracerOptions } from "./tracer.js";

/** What a function is compiled with. */
export interface PlanOptions {
	/** Variables that become constants. */
	readonly frozen: ReadonlySet<Variable>;
	/** Draws the numbers of dropout. */
	readonly random: Random;
	/** Whether the plan keeps its memory between runs. */
	readonly arena: boolean;
	/** With which graphs it may share sessions. */
	readonly families: Families;
}

type TracedFunction = (...args: never[]) => TensorContainer;

/** Records what a function computes of symbols in place of its arguments; nothing is computed. */
export function trace(
	backend: OnnxRuntimeBackend,
	fn: TracedFunction,
	{ call, options }: { call: Flattened; options: TracerOptions },
): Traced {
	const tracer = new FunctionTracer(backend, options);
	const inputs = call.tensors.map(({ shape, dtype }) => {
		if (!isHostDType(dtype)) {
			throw new Error(
				`a compiled function takes tensors of float32, int32 and bool, not ${dtype}[${shape}]`,
			);
		}
		return tracer.graph.input(shape, dtype);
	});
	const standIns = call.hostValues.map(standIn);
	let made: Flattened | undefined;
	let results: Value[] = [];
	const run = (): void => {
		const tensors = inputs.map((input) => tracer.tensorOf(input));
		const { structure } = call;
		const args = rebuild({ structure, tensors, hostValues: standIns });
		made = flattenResult(fn(...(args as never[])));
		if (made.hostValues.length > 0)
			throw new Error("a compiled function cannot return a HostValue");
		results = made.tensors.map((tensor) => tracer.valueOf(tensor));
	};
	backend.tracer = tracer;
	try {
		tracer.watch.during(() => tidy(run));
	} finally {
		tracer.finish();
		backend.tracer = undefined;
	}
	const { structure } = made as unknown as Flattened;
	return { tracer, arguments: inputs, standIns, results, structure };
}

/**
 * Traces a function and builds its sessions; what ONNX Runtime refuses of it runs in JavaScript.
 *
 * The function is traced once more for each time that ONNX Runtime refuses it.
 */
export function tracePlan(
	backend: OnnxRuntimeBackend,
	fn: TracedFunction,
	{ call, options }: { call: Flattened; options: PlanOptions },
): Plan {
	const { frozen, random, arena, families } = options;
	const fillRandom = (values: Values) => {
		for (let i = 0; i < values.length; i++) values[i] = random.uniform();
	};
	const isFrozen = (variable: Variable) => frozen.has(variable);
	const refused = new Set<string>();
	for (;;) {
		const traced = families.during(() =>
			trace(backend, fn, {
				call,
				options: { isFrozen, fillRandom, refused },
			}),
		);
		try {
			return makePlan(backend, traced, { arena, families });
		} catch (error) {
			if (!(error instanceof RefusedKernels)) throw error;
			const before = refused.size;
			for (const signature of error.signatures) refused.add(signature);
			if (refused.size === before) throw error;
		}
	}
}
