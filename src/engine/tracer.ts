import {
	type DataId,
	type NamedAttrMap,
	type Tensor,
	type TensorInfo,
	engine as tfEngine,
	type Variable,
} from "@tensorflow/tfjs";
import {
	givenInputs,
	kernelError,
	type OnnxRuntimeBackend,
	type StoredTensor,
	type Tracer,
} from "./backend.js";
import { channelBlock } from "./channel-block.js";
import type { Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { Lowering } from "./lowerings/lowering.js";
import type { DType, Values } from "./onnx.js";
import { type TracedValue, TraceGraph } from "./trace.js";

/** Fills an input of the graph before a run. */
export type Fill = (values: Values) => void;

/** A variable that the traced function reads, writes or both. */
export interface TracedVariable {
	readonly variable: Variable;
	/** What it held when the function was traced. */
	readonly original: TensorInfo;
	/** The input that feeds it, if the function reads it. */
	input?: string;
	/** Its elements, where they were baked into the graph as constants. */
	baked?: Values;
	/** Its value at the end of the function, if the function assigned it. */
	updated?: Value;
}

// TensorFlow.js draws these in JavaScript and stores the result: a constant, if it were traced.
const randomOps = /^(rand|random\w*|truncatedNormal|multinomial)$/;

const advice =
	"Compute it before the compiled function and pass it in as an argument, or return it and look at it afterwards.";

function symbolOf(value: Value): StoredTensor {
	return {
		get values(): Values {
			const operation = scopeNames().at(-1);
			throw new Error(
				`${operation ? `${operation}() reads` : "the function reads"} the elements of a tensor that compile() is tracing: they do not exist yet. ${advice}`,
			);
		},
		dtype: value.dtype,
		refCount: 1,
		symbol: value,
	};
}

function scopeNames(): string[] {
	const { scopeStack } = tfEngine().state;
	return scopeStack
		.map(({ name }) => name?.replace(/__op$/, ""))
		.filter((name) => name && !/tidy|gradients/.test(name));
}

/** Records every kernel that depends on an argument or a variable. */
export class FunctionTracer implements Tracer {
	readonly graph: TraceGraph;
	readonly random: (TracedValue & { fill: Fill })[] = [];
	readonly #variables = new Map<DataId, TracedVariable>();
	#registered = 0;

	constructor(
		private readonly backend: OnnxRuntimeBackend,
		private readonly isFrozen: (variable: Variable) => boolean,
		private readonly fillRandom: Fill,
	) {
		const onProcessor = backend.executionProviders[0] === "cpu";
		this.graph = new TraceGraph(onProcessor ? channelBlock() : 0);
		this.#noticeVariables();
	}

	get variables(): TracedVariable[] {
		return [...this.#variables.values()];
	}

	// Optimizers make variables when they are first used, so this is asked again and again.
	#noticeVariables(): void {
		const all = tfEngine().state.registeredVariables;
		const names = Object.keys(all);
		if (names.length === this.#registered) return;
		this.#registered = names.length;
		const known = new Set(this.variables.map(({ variable }) => variable));
		for (const variable of Object.values(all)) {
			if (known.has(variable) || !this.backend.data.has(variable.dataId))
				continue;
			const { dataId, shape, dtype } = variable;
			if (this.backend.stored(dataId).symbol) continue;
			this.backend.incRef(dataId);
			this.#variables.set(dataId, {
				variable,
				original: { dataId, shape, dtype },
			});
		}
	}

	concerns(inputs: readonly TensorInfo[]): boolean {
		this.#noticeVariables();
		return inputs.some(({ dataId }) => {
			if (!this.backend.data.has(dataId)) return false;
			const traced = this.#variables.get(dataId);
			if (traced) return !this.isFrozen(traced.variable);
			return this.backend.stored(dataId).symbol !== undefined;
		});
	}

	/** The graph's value of a tensor: an earlier result, a variable or a constant. */
	valueOf({ dataId, shape, dtype }: TensorInfo): Value {
		const { symbol } = this.backend.stored(dataId);
		if (symbol) return this.graph.reshape(symbol, shape);
		const traced = this.#variables.get(dataId);
		const { values } = this.backend.stored(dataId);
		if (traced && !this.isFrozen(traced.variable)) {
			if (traced.input === undefined)
				traced.input = this.graph.input(shape, dtype as DType).name;
			return { name: traced.input, shape, dtype: dtype as DType };
		}
		if (traced) traced.baked = values;
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

	run(
		kernel: string,
		lowering: Lowering | undefined,
		inputs: Record<string, TensorInfo | undefined>,
		attributes: NamedAttrMap,
	): TensorInfo | TensorInfo[] {
		if (kernel === "ZerosLike" || kernel === "OnesLike") {
			const { shape, dtype } = inputs.x as TensorInfo;
			const one = kernel === "OnesLike" ? 1 : 0;
			const data = this.backend.pool.take(
				dtype as DType,
				shape.reduce((a, b) => a * b, 1),
			);
			data.fill(one as never);
			return {
				dataId: this.backend.write(data as never, shape, dtype as never),
				shape,
				dtype,
			};
		}
		const values: Record<string, Value> = {};
		try {
			for (const [name, info] of givenInputs(inputs))
				values[name] = this.valueOf(info);
			const made = lowering?.(this.graph, values, attributes);
			if (made === undefined) {
				throw new Error(
					`compile() has no ONNX form of this kernel for these inputs. ${advice}`,
				);
			}
			return Array.isArray(made)
				? made.map((value) => this.infoOf(value))
				: this.infoOf(made);
		} catch (error) {
			throw kernelError(kernel, inputs, error);
		}
	}

	wrote(dataId: DataId, shape: readonly number[], dtype: string): void {
		const operations = scopeNames();
		const operation = operations.at(-1) ?? "";
		if (!randomOps.test(operation)) return;
		if (!operations.includes("dropout") || dtype !== "float32") {
			throw new Error(
				`${operation}() inside a compiled function would draw once and for all; use drawUniform() or drawNormal(), which draw anew at every call`,
			);
		}
		this.drawInto(dataId, shape, this.fillRandom);
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
