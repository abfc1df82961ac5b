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
} from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { EagerGraph } from "./eager.js";
import { sizeOf, type Value } from "./graph.js";
import type { HostCall } from "./host-call.js";
import type { Lowering } from "./lowerings/lowering.js";
import { lowerings } from "./lowerings/table.js";
import type { DType, Values } from "./onnx.js";
import { BufferPool } from "./pool.js";
import { defaultThreads } from "./session.js";

/** A kernel's inputs by name; optional ones may be there and undefined. */
type KernelInputs = Record<string, TensorInfo | undefined>;

export const givenInputs = (inputs: KernelInputs): [string, TensorInfo][] =>
	Object.entries(inputs).flatMap(([name, info]) =>
		info ? [[name, info] as [string, TensorInfo]] : [],
	);

/** What is stored under a data id: the elements, or a value of the graph that is being traced. */
export interface StoredTensor {
	values: Values;
	dtype: DType;
	refCount: number;
	symbol?: Value;
}

/** Takes over kernels while a function is traced; see `compile.ts`. */
export interface Tracer {
	/** Whether a kernel of these inputs belongs into the graph. */
	concerns(inputs: readonly TensorInfo[]): boolean;
	run(
		kernel: string,
		lowering: Lowering | undefined,
		inputs: KernelInputs,
		attributes: NamedAttrMap,
	): TensorInfo | TensorInfo[];
	/** A tensor that is filled anew at every call of the compiled function. */
	draw(shape: number[], fill: (values: Values) => void): Tensor;
	/** The results of a host function that is called at every call of the compiled function. */
	host(inputs: readonly Tensor[], call: HostCall): Tensor[];
	/** Called for each tensor made from plain values. */
	wrote(dataId: DataId, shape: readonly number[], dtype: string): void;
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
	tracer: Tracer | undefined;

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

	override readSync(dataId: DataId): backend_util.BackendValues {
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

// Runs the lowering at once; undefined where it leaves these inputs to JavaScript.
function runEagerly(
	backend: OnnxRuntimeBackend,
	kernel: string,
	lowering: Lowering,
	inputs: KernelInputs,
	attributes: NamedAttrMap,
): TensorInfo | TensorInfo[] | undefined {
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
		if (made === undefined) return undefined;
		results = Array.isArray(made) ? made : [made];
		const infos = results.map(({ shape, dtype, data }) => {
			const alias = owners.get(data as Values);
			if (alias) backend.incRef(alias);
			const dataId =
				alias ?? backend.write(data as never, [...shape], dtype as never);
			return { dataId, shape: [...shape], dtype: dtype as TensorInfo["dtype"] };
		});
		return Array.isArray(made) ? infos : (infos[0] as TensorInfo);
	} catch (error) {
		throw kernelError(kernel, inputs, error);
	} finally {
		graph.finish(results);
	}
}

const isNumeric = ({ dtype, shape }: TensorInfo): boolean =>
	["float32", "int32", "bool"].includes(dtype) && sizeOf(shape) > 0;

function kernelFunction(
	kernel: string,
	lowering: Lowering | undefined,
	fallback: KernelFunc | undefined,
): KernelFunc {
	return (call) => {
		const backend = call.backend as OnnxRuntimeBackend;
		const inputs = call.inputs as KernelInputs;
		const attributes = call.attrs ?? {};
		const tensors = givenInputs(inputs).map(([, info]) => info);
		if (backend.tracer?.concerns(tensors)) {
			return backend.tracer.run(kernel, lowering, inputs, attributes);
		}
		if (lowering && tensors.every(isNumeric)) {
			const results = runEagerly(backend, kernel, lowering, inputs, attributes);
			if (results) return results;
		}
		if (!fallback)
			throw kernelError(kernel, inputs, "not supported for these inputs");
		backend.fallbacks.set(kernel, (backend.fallbacks.get(kernel) ?? 0) + 1);
		// A JavaScript kernel may return a view of its input, which must then never be recycled.
		for (const { dataId } of tensors) {
			const values = backend.data.has(dataId) && backend.stored(dataId).values;
			if (ArrayBuffer.isView(values)) backend.pool.release(values);
		}
		return fallback(call);
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
