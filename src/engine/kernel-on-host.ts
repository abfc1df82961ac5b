import type { DataId, KernelFunc, TensorInfo } from "@tensorflow/tfjs";
import {
	givenInputs,
	type KernelCall,
	kernelError,
	type OnnxRuntimeBackend,
} from "./backend.js";
import { sizeOf } from "./graph.js";
import {
	arrayTypes,
	type HostArray,
	type HostCall,
	type HostDType,
	type HostOutput,
	isHostDType,
	ofDType,
} from "./host-call.js";

// The shapes of what they return depend on elements.
const unforeseeable =
	/^(Unique|NonMaxSuppressionV[35]|Sparse(FillEmptyRows|Reshape|SegmentMean|SegmentSum)|Ragged.*|String.*|StaticRegexReplace)$/;

interface Made {
	readonly shape: readonly number[];
	readonly dtype: string;
	readonly values: HostArray;
}

/** Runs the JavaScript kernel of a call on other elements than those of its inputs. */
function runKernel(
	backend: OnnxRuntimeBackend,
	{ inputs, attributes }: KernelCall,
	{ kernel, arrays }: { kernel: KernelFunc; arrays: readonly HostArray[] },
): Made[] {
	const used = new Set<DataId>();
	const given = givenInputs(inputs).map(([name, { shape, dtype }], i) => {
		const values = arrays[i] as HostArray;
		const dataId = backend.write(values, [...shape], dtype as never);
		used.add(dataId);
		return [name, { dataId, shape: [...shape], dtype }] as const;
	});
	const named = Array.isArray(inputs)
		? given.map(([, info]) => info)
		: Object.fromEntries(given);
	const call = { inputs: named as never, attrs: attributes, backend };
	try {
		const infos = [kernel(call)].flat() as TensorInfo[];
		return infos.map(({ dataId, shape, dtype }) => {
			used.add(dataId);
			const values = backend.stored(dataId).values as HostArray;
			const isLent = arrays.some(({ buffer }) => buffer === values?.buffer);
			return { shape, dtype, values: isLent ? values.slice() : values };
		});
	} finally {
		// Not disposed of, which would give the arrays of a run to the pool.
		for (const dataId of used) backend.data.delete(dataId);
	}
}

function refusal({
	kernel,
	inputs,
	attributes,
}: KernelCall): string | undefined {
	const isPadded =
		kernel === "NonMaxSuppressionV4" && attributes.padToMaxOutputSize;
	if (unforeseeable.test(kernel) || (/V4$/.test(kernel) && !isPadded))
		return "compile() cannot know the shape of the result, which depends on the elements of a tensor";
	const other = givenInputs(inputs).find(
		([, { dtype }]) => !isHostDType(dtype),
	);
	return other && `compile() has no form of ${other[1].dtype} tensors`;
}

/**
 * A kernel without an ONNX form as a host function: the JavaScript kernel of TensorFlow.js.
 *
 * It runs once to learn the shapes of its results, on zeros. Throws where they depend on elements.
 */
export function kernelOnHost(
	backend: OnnxRuntimeBackend,
	call: KernelCall,
): HostCall {
	const { fallback: kernel } = call;
	const reason = refusal(call);
	if (reason) throw new Error(reason);
	if (!kernel) throw new Error("not supported for these inputs");
	const zeros = givenInputs(call.inputs).map(
		([, { shape, dtype }]) =>
			new arrayTypes[dtype as HostDType](sizeOf(shape)) as HostArray,
	);
	const { tracer } = backend;
	backend.tracer = undefined;
	let outputs: HostOutput[];
	try {
		outputs = runKernel(backend, call, { kernel, arrays: zeros }).map(
			({ shape, dtype }) => {
				if (!isHostDType(dtype))
					throw new Error(`compile() has no form of ${dtype} tensors`);
				return { shape, dtype };
			},
		);
	} finally {
		backend.tracer = tracer;
	}
	return {
		fn(arrays) {
			backend.countFallback(call.kernel);
			try {
				const made = runKernel(backend, call, { kernel, arrays });
				return made.map(({ values }, i) =>
					ofDType(values, outputs[i]?.dtype as HostDType),
				);
			} catch (error) {
				throw kernelError(call.kernel, call.inputs, error);
			}
		},
		outputs,
		hostValues: [],
		isFresh: true,
	};
}
