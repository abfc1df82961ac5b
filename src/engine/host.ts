import { findBackend, getBackend, type Tensor, tensor } from "@tensorflow/tfjs";
import { backendName, type OnnxRuntimeBackend } from "./backend.js";
import { sizeOf } from "./graph.js";
import type { HostValue } from "./host-value.js";

/** The elements of a tensor, in row-major order: of float32, int32 or bool. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** What a host function returns in one place. */
export interface HostOutput {
	readonly shape: readonly number[];
	readonly dtype: "float32" | "int32" | "bool";
}

/** Computes arrays from arrays, one for each output; it may keep and change none of those it is given. */
export type HostFunction = (
	arrays: readonly HostArray[],
	values: readonly unknown[],
) => readonly HostArray[];

export interface HostOptions {
	/** Plain values that the function is given too, as they are at the time of the call. */
	readonly hostValues?: readonly HostValue<unknown>[];
}

const arrayTypes = {
	float32: Float32Array,
	int32: Int32Array,
	bool: Uint8Array,
};

/** Throws where a host function has not returned what it should. */
export function checkHostArrays(
	made: readonly HostArray[],
	outputs: readonly HostOutput[],
): void {
	if (made.length !== outputs.length) {
		throw new Error(
			`a host function of ${outputs.length} outputs returned ${made.length} arrays`,
		);
	}
	outputs.forEach(({ shape, dtype }, i) => {
		const array = made[i] as HostArray;
		const wanted = arrayTypes[dtype];
		if (array instanceof wanted && array.length === sizeOf(shape)) return;
		throw new Error(
			`output ${i} of a host function, ${dtype}[${shape}], must be a ${wanted.name} of ${sizeOf(shape)} elements, not a ${array?.constructor.name} of ${array?.length}`,
		);
	});
}

/**
 * Computes tensors in plain JavaScript, in the midst of a function that may be compiled.
 *
 * The function is given the elements of the inputs and the current values of `hostValues`; the shapes of
 * its outputs cannot depend on them. It has no gradient: wrap the call in `tf.customGrad` for one.
 * An error that the function throws is thrown on. Random numbers are to come in as a tensor, drawn by
 * `drawUniform`.
 */
export function onHost(
	inputs: readonly Tensor[],
	outputs: readonly HostOutput[],
	fn: HostFunction,
	{ hostValues = [] }: HostOptions = {},
): Tensor[] {
	const backend =
		getBackend() === backendName
			? (findBackend(backendName) as OnnxRuntimeBackend)
			: undefined;
	const arrays = inputs.map((input) =>
		backend?.data.has(input.dataId)
			? backend.stored(input.dataId).values
			: input.dataSync(),
	) as HostArray[];
	const made = fn(
		arrays,
		hostValues.map(({ value }) => value),
	);
	checkHostArrays(made, outputs);
	return outputs.map(({ shape, dtype }, i) =>
		tensor(made[i] as HostArray, [...shape], dtype),
	);
}
