import {
	type backend_util,
	type DataId,
	type DataStorage,
	getKernelsForBackend,
	type KernelConfig,
	type KernelFunc,
	type NamedAttrMap,
	registerBackend,
	registerKernel,
	type Tensor,
	type TensorInfo,
	type Variable,
} from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { EagerGraph } from "./eager.js";
import { sizeOf, type Value } from "./graph.js";
import {
	type HostArray,
	type HostCall,
	isHostDType,
	ofDType,
} from "./host-call.js";
import type { Lowering } from "./lowerings/lowering.js";
import { lowerings } from "./lowerings/table.js";
import type { DType, Values } from "./onnx.js";
import { BufferPool } from "./pool.js";
import { defaultThreads, Refusal } from "./session.js";

/** A kernel's inputs by name; optional ones may be there and undefined. */
type KernelInputs = Record<string, TensorInfo | undefined>;

export const givenInputs = (inputs: KernelInputs): [string, TensorInfo][] =>
	Object.entries(inputs).flatMap(([name, info]) =>
		info ? [[name, info] as [string, TensorInfo]] : [],
	);

/** Whether a tensor is one that lowerings take: of numbers, and not empty. */
export const isNumeric = ({ dtype, shape }: TensorInfo): boolean =>
	isHostDType(dtype) && sizeOf(shape) > 0;

/** What is stored under a data id: the elements, or a value of the graph that is being traced. */
export interface StoredTensor {
	values: Values;
	dtype: DType;
	refCount: number;
	symbol?: Value;
}

/** A kernel with its ONNX form, where it has one, its JavaScript form and what it is called with. */
export interface KernelCall {
	readonly kernel: string;
	readonly lowering: Lowering | undefined;
	readonly fallback: KernelFunc | undefined;
	readonly inputs: KernelInputs;
	readonly attributes: NamedAttrMap;
}

/** Takes over kernels while a function is traced; see `compile.ts`. */
export interface Tracer {
	/** Whether a kernel of these inputs belongs into the graph. */
	concerns(inputs: readonly TensorInfo[]): boolean;
	run(call: KernelCall): TensorInfo | TensorInfo[];
	/** A tensor that is filled anew at every call of the compiled function. */
	draw(shape: number[], fill: (values: Values) => void): Tensor;
	/** The results of a host function that is called at every call of the compiled function. */
	host(inputs: readonly Tensor[], call: HostCall): Tensor[];
	/** The same tensor, as it is once another is there; see `after.ts`. */
	after(tensor: Tensor, other: Tensor): Tensor;
	/** Called for each tensor made from plain values. */
	wrote(dataId: DataId, shape: readonly number[], dtype: string): void;
	/** Called before the elements of a tensor are looked at. */
	reads(dataId: DataId): void;
	/** Called where there may be a new variable. */
	registered(): void;
	/** The variable whose value a tensor has as it is before the function assigns any. */
	variableOf(
		tensor: TensorInfo,
	): { readonly variable: Variable; readonly isFrozen: boolean } | undefined;
}

/** The name under which TensorFlow.js knows the backend. */
export const backendName = "onnxruntime";

/**
 * The TensorFlow.js backend on ONNX Runtime.
 *
 * Tensors are typed arrays, so every kernel without a lowering is TensorFlow.js's own JavaScript one.
 */
export class OnnxRuntimeBackend extends MathBackendCPU {
	readonly pool = new BufferPool();
	/** Kernels that have run in JavaScript, and how often. */
	readonly fallbacks = new Map<string, number>();
	threads = defaultThreads;
	executionProviders: readonly string[] = ["cpu"];
	/** Changes with the threads and the execution providers. */
	configuration = 0;
	tracer: Tracer | undefined;

	/** Computes with these from now on. */
	configure(threads: number, executionProviders: readonly string[]): void {
		const now = `${[this.threads, ...this.executionProviders]}`;
		if (now === `${[threads, ...executionProviders]}`) return;
		this.threads = threads;
		this.executionProviders = executionProviders;
		this.configuration++;
	}

	/** Counts a kernel that runs in JavaScript. */
	countFallback(kernel: string): void {
		this.fallbacks.set(kernel, (this.fallbacks.get(kernel) ?? 0) + 1);
	}

	stored(dataId: DataId): StoredTensor {
		return (this.data as unknown as DataStorage<StoredTensor>).get(dataId);
	}

	override write(
		values: backend_util.BackendValues,
		shape: number[],
		dtype: never,
	): DataId {
		const dataId = {};
		this.data.set(dataId, { values, dtype, refCount: 1 } as never);
		this.tracer?.wrote(dataId, shape, dtype);
		return dataId;
	}

	override incRef(dataId: DataId): void {
		super.incRef(dataId);
		this.tracer?.registered();
	}

	override readSync(dataId: DataId): backend_util.BackendValues {
		this.tracer?.reads(dataId);
		const values = super.readSync(dataId);
		if (ArrayBuffer.isView(values)) this.pool.release(values as Values);
		return values;
	}

	override async read(dataId: DataId): Promise<backend_util.BackendValues> {
		return this.readSync(dataId);
	}

	override disposeData(dataId: DataId, force = false): boolean {
		const stored = this.data.has(dataId) ? this.stored(dataId) : undefined;
		const disposed = super.disposeData(dataId, force);
		if (
			disposed &&
			stored &&
			!stored.symbol &&
			ArrayBuffer.isView(stored.values)
		) {
			this.pool.give(stored.values);
		}
		return disposed;
	}

	override memory(): ReturnType<MathBackendCPU["memory"]> {
		return { unreliable: false } as never;
	}
}

const describeInputs = (inputs: KernelInputs): string =>
	givenInputs(inputs)
		.map(([name, { dtype, shape }]) => `${name} ${dtype}[${shape}]`)
		.join(", ");

/** Repeats an error with the kernel and its inputs in front. */
export function kernelError(
	kernel: string,
	inputs: KernelInputs,
	error: unknown,
): Error {
	const reason = error instanceof Error ? error.message : String(error);
	return new Error(`${kernel}(${describeInputs(inputs)}): ${reason}`, {
		cause: error,
	});
}

interface EagerResult {
	readonly made?: TensorInfo | TensorInfo[] | undefined;
	/** What ONNX Runtime says where it refuses these inputs. */
	readonly refusal?: Refusal;
}

// Runs the lowering at once; makes nothing where these inputs are left to JavaScript.
function runEagerly(
	backend: OnnxRuntimeBackend,
	{ kernel, inputs, attributes }: KernelCall,
	lowering: Lowering,
): EagerResult {
	const graph = new EagerGraph(backend.pool, backend.threads);
	const values: Record<string, Value> = {};
	const owners = new Map<Values, DataId>();
	for (const [name, { dataId, shape, dtype }] of givenInputs(inputs)) {
		const data = backend.stored(dataId).values;
		owners.set(data, dataId);
		values[name] = { shape, dtype: dtype as DType, data };
	}
	let results: Value[] = [];
	try {
		const made = lowering(graph, values, attributes);
		if (made === undefined) return {};
		results = Array.isArray(made) ? made : [made];
		const infos = results.map(({ shape, dtype, data }) => {
			const alias = owners.get(data as Values);
			if (alias) backend.incRef(alias);
			const dataId =
				alias ?? backend.write(data as never, [...shape], dtype as never);
			return { dataId, shape: [...shape], dtype: dtype as TensorInfo["dtype"] };
		});
		return { made: Array.isArray(made) ? infos : (infos[0] as TensorInfo) };
	} catch (error) {
		if (error instanceof Refusal) return { refusal: error };
		throw kernelError(kernel, inputs, error);
	} finally {
		graph.finish(results);
	}
}

function runInJavaScript(
	backend: OnnxRuntimeBackend,
	{ kernel, fallback, inputs, attributes }: KernelCall,
	refusal: Refusal | undefined,
): TensorInfo | TensorInfo[] {
	if (!fallback) {
		const reason = refusal ?? "not supported for these inputs";
		throw kernelError(kernel, inputs, reason);
	}
	backend.countFallback(kernel);
	// A JavaScript kernel may return a view of its input, which must then never be recycled.
	for (const [, { dataId }] of givenInputs(inputs)) {
		const values = backend.data.has(dataId) && backend.stored(dataId).values;
		if (ArrayBuffer.isView(values)) backend.pool.release(values);
	}
	let made: TensorInfo | TensorInfo[];
	try {
		made = fallback({ inputs: inputs as never, attrs: attributes, backend });
	} catch (error) {
		// What is wrong with inputs that both refuse is said better in JavaScript.
		throw refusal ? kernelError(kernel, inputs, error) : error;
	}
	for (const { dataId, dtype } of Array.isArray(made) ? made : [made]) {
		const stored = backend.stored(dataId);
		if (ArrayBuffer.isView(stored.values) && isHostDType(dtype))
			stored.values = ofDType(stored.values as HostArray, dtype);
	}
	return made;
}

function kernelFunction(
	kernel: string,
	lowering: Lowering | undefined,
	fallback: KernelFunc | undefined,
): KernelFunc {
	return ({ backend: given, inputs: some, attrs: attributes = {} }) => {
		const backend = given as OnnxRuntimeBackend;
		const inputs = some as KernelInputs;
		const call = { kernel, lowering, fallback, inputs, attributes };
		const tensors = givenInputs(inputs).map(([, info]) => info);
		if (backend.tracer?.concerns(tensors)) return backend.tracer.run(call);
		if (!lowering || !tensors.every(isNumeric))
			return runInJavaScript(backend, call, undefined);
		const { made, refusal } = runEagerly(backend, call, lowering);
		return made ?? runInJavaScript(backend, call, refusal);
	};
}

/** Registers the backend and its kernels with TensorFlow.js, once. */
export const registerOnnxRuntime = (() => {
	let backend: OnnxRuntimeBackend | undefined;
	return (): OnnxRuntimeBackend => {
		if (backend) return backend;
		const made = new OnnxRuntimeBackend();
		backend = made;
		registerBackend(backendName, () => made);
		const javascript = new Map<string, KernelConfig>(
			getKernelsForBackend("cpu").map((config) => [config.kernelName, config]),
		);
		for (const kernelName of new Set([
			...javascript.keys(),
			...Object.keys(lowerings),
		])) {
			const fallback = javascript.get(kernelName)?.kernelFunc;
			registerKernel({
				kernelName,
				backendName,
				kernelFunc: kernelFunction(kernelName, lowerings[kernelName], fallback),
			});
		}
		return made;
	};
})();
