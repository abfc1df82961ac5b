import {
	type DataId,
	type Tensor,
	type TensorInfo,
	engine as tfEngine,
	type Variable,
} from "@tensorflow/tfjs";
import { after } from "./after.js";
import {
	givenInputs,
	isNumeric,
	type KernelCall,
	kernelError,
	type OnnxRuntimeBackend,
	type StoredTensor,
	type Tracer,
} from "./backend.js";
import { channelBlock } from "./channel-block.js";
import { sizeOf, type Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import { kernelOnHost } from "./kernel-on-host.js";
import type { DType, Values } from "./onnx.js";
import { RandomWatch } from "./random-watch.js";
import { runningOperations } from "./running-operations.js";
import { type TracedValue, TraceGraph } from "./trace.js";

/** Fills an input of the graph before a run. */
export type Fill = (values: Values) => void;

/** A variable that the traced function reads, writes or both. */
export interface TracedVariable {
	readonly variable: Variable;
	/** What it held when the function was traced. */
	readonly original: TensorInfo;
	/** Whether gradients were taken of it then, where none were named. */
	readonly trainable: boolean;
	/** The input that feeds it, if the function reads it. */
	input?: string;
	/** Its elements, where they were baked into the graph as constants. */
	baked?: Values;
	/** Its value at the end of the function, if the function assigned it. */
	updated?: Value;
}

const advice =
	"Compute it before the compiled function and pass it in as an argument, or return it and look at it afterwards.";

function readError(what: string): Error {
	const operation = runningOperations().at(-1);
	return new Error(
		`${operation ? `${operation}() reads` : "the function reads"} the elements of a ${what} that compile() is tracing: they ${
			what === "variable" ? "may be others at every call" : "do not exist yet"
		}. ${advice}`,
	);
}

function symbolOf(value: Value): StoredTensor {
	return {
		get values(): Values {
			throw readError("tensor");
		},
		dtype: value.dtype,
		refCount: 1,
		symbol: value,
	};
}

const signatureOf = ({ kernel, inputs, attributes }: KernelCall): string =>
	JSON.stringify([
		kernel,
		givenInputs(inputs).map(([name, { dtype, shape }]) => [name, dtype, shape]),
		attributes,
	]);

/** What a function is traced with. */
export interface TracerOptions {
	/** Whether a variable is a constant of the graph. */
	readonly isFrozen: (variable: Variable) => boolean;
	/** Draws the numbers of dropout. */
	readonly fillRandom: Fill;
	/** The signatures of kernels that ONNX Runtime refused. */
	readonly refused: ReadonlySet<string>;
}

/** Records every kernel that depends on an argument or a variable. */
export class FunctionTracer implements Tracer {
	readonly graph: TraceGraph;
	readonly random: (TracedValue & { fill: Fill })[] = [];
	readonly watch = new RandomWatch();
	readonly #variables = new Map<DataId, TracedVariable>();
	#mayHaveNewVariables = true;

	constructor(
		private readonly backend: OnnxRuntimeBackend,
		private readonly options: TracerOptions,
	) {
		const onProcessor = backend.executionProviders[0] === "cpu";
		this.graph = new TraceGraph(onProcessor ? channelBlock() : 0);
		this.#noticeVariables();
	}

	get variables(): TracedVariable[] {
		return [...this.#variables.values()];
	}

	registered(): void {
		this.#mayHaveNewVariables = true;
	}

	variableOf({ dataId }: TensorInfo) {
		this.#noticeVariables();
		const variable = this.#variables.get(dataId)?.variable;
		return variable && { variable, isFrozen: this.options.isFrozen(variable) };
	}

	// Optimizers make variables when they are first used, so this is asked again and again.
	#noticeVariables(): void {
		if (!this.#mayHaveNewVariables) return;
		const known = new Set(this.variables.map(({ variable }) => variable));
		for (const variable of Object.values(
			tfEngine().state.registeredVariables,
		)) {
			if (known.has(variable)) continue;
			const { dataId, shape, dtype, trainable } = variable;
			// A variable of another backend comes over, unless TensorFlow.js would lose half of it.
			if (dtype === "complex64" && !this.backend.data.has(dataId)) continue;
			if (this.backend.stored(dataId).symbol) continue;
			this.backend.incRef(dataId);
			this.#variables.set(dataId, {
				variable,
				original: { dataId, shape, dtype },
				trainable,
			});
		}
		this.#mayHaveNewVariables = false;
	}

	concerns(inputs: readonly TensorInfo[]): boolean {
		this.#noticeVariables();
		let concerned = false;
		for (const { dataId } of inputs) {
			if (!this.backend.data.has(dataId)) continue;
			const traced = this.#variables.get(dataId);
			if (traced && this.options.isFrozen(traced.variable)) this.#bake(traced);
			else if (traced || this.backend.stored(dataId).symbol) concerned = true;
		}
		return concerned;
	}

	reads(dataId: DataId): void {
		this.#noticeVariables();
		const traced = this.#variables.get(dataId);
		if (!traced) return;
		if (!this.options.isFrozen(traced.variable)) throw readError("variable");
		this.#bake(traced);
	}

	// The graph is only good for these elements of a frozen variable.
	#bake(traced: TracedVariable): Values {
		traced.baked ??= this.backend.stored(traced.original.dataId).values;
		this.backend.pool.release(traced.baked);
		return traced.baked;
	}

	/** The graph's value of a tensor: an earlier result, a variable or a constant. */
	valueOf({ dataId, shape, dtype }: TensorInfo): Value {
		const { symbol } = this.backend.stored(dataId);
		if (symbol) return this.graph.reshape(symbol, shape);
		this.#noticeVariables();
		const traced = this.#variables.get(dataId);
		if (traced && !this.options.isFrozen(traced.variable)) {
			if (traced.input === undefined)
				traced.input = this.graph.input(shape, dtype as DType).name;
			return { name: traced.input, shape, dtype: dtype as DType };
		}
		const values = traced
			? this.#bake(traced)
			: this.backend.stored(dataId).values;
		this.backend.pool.release(values);
		return this.graph.constant(values, shape, dtype as DType);
	}

	/** A tensor that stands for a value of the graph. */
	tensorOf(value: Value): Tensor {
		return tfEngine().makeTensorFromTensorInfo(
			this.infoOf(value),
			this.backend,
		) as Tensor;
	}

	infoOf(value: Value): TensorInfo {
		const dataId = {};
		this.backend.data.set(dataId, symbolOf(value) as never);
		return {
			dataId,
			shape: [...value.shape],
			dtype: value.dtype as TensorInfo["dtype"],
		};
	}

	run(call: KernelCall): TensorInfo | TensorInfo[] {
		const { kernel, inputs } = call;
		if (kernel === "ZerosLike" || kernel === "OnesLike")
			return this.#filled(inputs.x as TensorInfo, kernel === "OnesLike");
		if (kernel === "Multinomial") this.watch.isDraw();
		const signature = () => signatureOf(call);
		this.graph.origin = { kernel, signature };
		try {
			const made = this.#lowered(call) ?? this.#onHost(call);
			return Array.isArray(made)
				? made.map((value) => this.infoOf(value))
				: this.infoOf(made);
		} catch (error) {
			throw kernelError(kernel, inputs, error);
		} finally {
			this.graph.origin = undefined;
		}
	}

	#lowered(call: KernelCall): Value | Value[] | undefined {
		const { lowering, inputs, attributes } = call;
		const { refused } = this.options;
		if (!lowering) return undefined;
		if (refused.size > 0 && refused.has(signatureOf(call))) return undefined;
		const given = givenInputs(inputs);
		// Without elements there is nothing to speed up, and ONNX reads a length of 0 as another's.
		if (!given.every(([, info]) => isNumeric(info))) return undefined;
		const values = given.map(([name, info]) => [name, this.valueOf(info)]);
		return lowering(this.graph, Object.fromEntries(values), attributes);
	}

	#onHost(call: KernelCall): Value | Value[] {
		const host = kernelOnHost(this.backend, call);
		const values = givenInputs(call.inputs).map(([, info]) =>
			this.valueOf(info),
		);
		const made = this.graph.host(values, host);
		return made.length === 1 ? (made[0] as Value) : made;
	}

	#filled({ shape, dtype }: TensorInfo, withOnes: boolean): TensorInfo {
		const data = this.backend.pool.take(dtype as DType, sizeOf(shape));
		data.fill(Number(withOnes) as never);
		const dataId = this.backend.write(data as never, shape, dtype as never);
		return { dataId, shape, dtype };
	}

	wrote(dataId: DataId, shape: readonly number[]): void {
		if (this.watch.isDraw())
			this.drawInto(dataId, shape, this.options.fillRandom);
	}

	/** Makes a stored tensor an input that is drawn anew before every run. */
	drawInto(dataId: DataId, shape: readonly number[], fill: Fill): void {
		const value = this.graph.input(shape, "float32");
		this.random.push({ ...value, fill });
		this.backend.data.set(dataId, symbolOf(value) as never);
	}

	/** A tensor that is drawn anew before every run. */
	draw(shape: number[], fill: Fill): Tensor {
		const value = this.graph.input(shape, "float32");
		this.random.push({ ...value, fill });
		return this.tensorOf(value);
	}

	/** The results of a host function that is called amid every run. */
	host(inputs: readonly Tensor[], call: HostCall): Tensor[] {
		const values = inputs.map((input) => this.valueOf(input));
		return this.graph.host(values, call).map((value) => this.tensorOf(value));
	}

	after(tensor: Tensor, other: Tensor): Tensor {
		if (!this.concerns([tensor]) || !this.concerns([other])) return tensor;
		return this.tensorOf(
			after(this.graph, this.valueOf(tensor), this.valueOf(other)),
		);
	}

	/** Notes what each variable was assigned and gives every variable its own data back. */
	finish(): void {
		this.#noticeVariables();
		for (const traced of this.variables) {
			const { variable, original } = traced;
			if (variable.dataId === original.dataId || variable.isDisposed) {
				this.backend.disposeData(original.dataId);
				continue;
			}
			traced.updated = this.valueOf(variable);
			const before = tfEngine().makeTensorFromTensorInfo(
				original,
				this.backend,
			) as Tensor;
			variable.assign(before);
			before.dispose();
		}
	}
}
