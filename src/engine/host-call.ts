import { sizeOf } from "./graph.js";
import type { HostValue } from "./host-value.js";

/** The elements of a tensor, in row-major order: of float32, int32 or bool. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** The dtypes that graphs and host functions take and make. */
export type HostDType = "float32" | "int32" | "bool";

/** What a host function returns in one place. */
export interface HostOutput {
	readonly shape: readonly number[];
	readonly dtype: HostDType;
}

/**
 * Computes arrays from arrays, one for each output.
 *
 * It may keep and change none of those it is given; those it returns are copied.
 */
export type HostFunction = (
	arrays: readonly HostArray[],
	values: readonly unknown[],
) => readonly HostArray[];

/** A call of a host function. */
export interface HostCall {
	readonly fn: HostFunction;
	readonly outputs: readonly HostOutput[];
	readonly hostValues: readonly HostValue<unknown>[];
	/** Whether each array it returns is a new one, which nobody else keeps. */
	readonly isFresh?: boolean;
	/** Frees what the function holds, once it is called no more. */
	readonly dispose?: (() => void) | undefined;
}

/** The typed arrays that hold the elements of each dtype. */
export const arrayTypes = {
	float32: Float32Array,
	int32: Int32Array,
	bool: Uint8Array,
};

/** Whether a dtype is one of those that graphs take. */
export const isHostDType = (dtype: string): dtype is HostDType =>
	dtype in arrayTypes;

/** The elements as the dtype has them: JavaScript kernels are not strict about it. */
export function ofDType(values: HostArray, dtype: HostDType): HostArray {
	const wanted = arrayTypes[dtype];
	return values instanceof wanted ? values : wanted.from(values);
}

function check(
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
 * The arrays that a host function makes of others; throws where they are not what it should return.
 *
 * Unless the call is fresh, they are the function's own, which it may fill and hand out again.
 */
export function callHost(
	{ fn, outputs }: HostCall,
	arrays: readonly HostArray[],
	values: readonly unknown[],
): readonly HostArray[] {
	const made = fn(arrays, values);
	check(made, outputs);
	return made;
}
