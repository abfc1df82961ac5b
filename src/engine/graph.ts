import type { Attribute, DType, Values } from "./onnx.js";

/** A tensor inside a graph: already computed (eager) or still a name (traced). */
export interface Value {
	readonly shape: readonly number[];
	readonly dtype: DType;
	/** Its elements, where they are known: always when eager, for constants when traced. */
	readonly data?: Values;
	/** Its name in the traced graph. */
	readonly name?: string;
	/** Set on the result of a transposition, so that the next one can cancel it. */
	readonly transposed?: {
		readonly of: Value;
		readonly permutation: readonly number[];
	};
	/** Set on a product with one factor per channel, so that a matrix product can take the factors over. */
	readonly scaled?: { readonly of: Value; readonly by: Value };
}

/** What a node gives back: one shape and type per output. */
export interface Output {
	readonly shape: readonly number[];
	readonly dtype: DType;
}

export interface NodeOptions {
	readonly attributes?: Record<string, Attribute>;
	/** `com.microsoft` or `com.microsoft.nchwc` for ONNX Runtime's own operators. */
	readonly domain?: string;
	/** Whether an equal node may stand for this one; off for big results that are cheap to make again. */
	readonly share?: boolean;
}

/** What lowerings are written against; an eager graph runs each node at once, a traced one records it. */
export interface Graph {
	readonly traced: boolean;
	/** The channels of a block where convolutions in blocks of channels are to be had and wanted, else 0. */
	readonly channelBlock: number;
	node(
		op: string,
		inputs: readonly (Value | undefined)[],
		outputs: readonly Output[],
		options?: NodeOptions,
	): Value[];
	/** The output of an equal node that is already in the graph; never any when eager. */
	made(op: string, input: Value): Value | undefined;
	constant(data: Values, shape: readonly number[], dtype: DType): Value;
	/** The same elements in another shape, at no cost when eager. */
	reshape(x: Value, shape: readonly number[]): Value;
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
	return shape.reduce((size, length) => size * length, 1);
}

/** One output of a node that has one. */
export function single(
	graph: Graph,
	op: string,
	inputs: readonly (Value | undefined)[],
	output: Output,
	options?: NodeOptions,
): Value {
	return graph.node(op, inputs, [output], options)[0] as Value;
}
